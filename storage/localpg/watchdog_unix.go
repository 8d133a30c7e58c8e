//go:build unix

package localpg

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// watchdog starts a small process that stops the server when we are gone. It reads a pipe that only we hold: a line means
// that the server has ended and there is nothing to do, the end of the pipe means that we died.
func watchdog(pid int) (untie func(), err error) {
	cmd := exec.Command("/bin/sh", "-c", `read -r said || kill -INT "$1"`, "sh", strconv.Itoa(pid))
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	pipe, err := cmd.StdinPipe()
	if err != nil {
		return func() {}, fmt.Errorf("watch the server: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return func() {}, fmt.Errorf("watch the server: %w", err)
	}
	return func() {
		_, _ = pipe.Write([]byte("ended\n"))
		_ = cmd.Wait()
	}, nil
}

// isServer says whether a command line is that of a server on a data folder.
func isServer(args []string, data string) bool {
	program := filepath.Base(strings.TrimSuffix(args[0], ":"))
	if program != "postgres" && program != "postmaster" {
		return false
	}
	for i, arg := range args {
		if arg == "-D" && i+1 < len(args) && args[i+1] == data {
			return true
		}
	}
	return false
}
