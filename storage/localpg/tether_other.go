//go:build unix && !linux

package localpg

import (
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// signalOrphan does nothing: only Linux tells a child everywhere that its parent has gone.
func signalOrphan(*syscall.SysProcAttr, syscall.Signal) {}

func tieToUs(pid int) (untie func(), err error) { return watchdog(pid) }

// serves says whether a process is a Postgres that was started on a data folder.
func serves(pid int, data string) bool {
	line, err := exec.Command("ps", "-ww", "-o", "command=", "-p", strconv.Itoa(pid)).Output()
	if err != nil {
		return false
	}
	program, rest, _ := strings.Cut(string(line), " -D ")
	return strings.HasPrefix(rest, data+" ") && isServer([]string{program, "-D", data}, data)
}
