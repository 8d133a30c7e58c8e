//go:build linux || darwin

package console

import (
	"os"
	"syscall"
	"unsafe"
)

// Width is how many columns the terminal at the file has; 0 when nobody sits there.
func Width(f *os.File) int {
	if !IsTerminal(f) {
		return 0
	}
	var size struct{ rows, columns, x, y uint16 }
	_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, f.Fd(), syscall.TIOCGWINSZ, uintptr(unsafe.Pointer(&size))) //nolint:gosec // how the kernel is asked
	if errno != 0 {
		return 0
	}
	return int(size.columns)
}
