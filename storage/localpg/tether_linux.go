package localpg

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// signalOrphan asks the kernel to tell the child when its parent has gone.
func signalOrphan(attr *syscall.SysProcAttr, signal syscall.Signal) { attr.Pdeathsig = signal }

// tieToUs has nothing left to do: the kernel already watches.
func tieToUs(int) (untie func(), err error) { return func() {}, nil }

// serves says whether a process is a Postgres that was started on a data folder. The command line is read because it is
// open to all; where a process's program and folder are is closed even to root in many containers.
func serves(pid int, data string) bool {
	line, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "cmdline"))
	if err != nil {
		return false
	}
	return isServer(strings.Split(string(line), "\x00"), data)
}
