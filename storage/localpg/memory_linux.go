package localpg

import (
	"fmt"
	"os"
	"strings"
	"syscall"
)

// memoryFolders returns the system's folder in memory when there is plenty of room in it, else nothing. A database that
// lives for one test run gains most from it: a clone is made and dropped many times faster than on a disk.
func memoryFolders() []string {
	const (
		folder     = "/dev/shm"
		tmpfs      = 0x01021994
		wantFree   = 1 << 30 // bytes; the default of containers, 64 MiB, is too little
		wantMemory = 3 << 30 // bytes
	)
	var fs syscall.Statfs_t
	if err := syscall.Statfs(folder, &fs); err != nil || int64(fs.Type) != tmpfs || fs.Bavail*uint64(fs.Bsize) < wantFree {
		return nil
	}
	if availableMemory() < wantMemory {
		return nil
	}
	return []string{folder}
}

// availableMemory returns how many bytes could be used without swapping, 0 when the kernel doesn't tell.
func availableMemory() int64 {
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), "MemAvailable:")
	var kib int64
	_, _ = fmt.Sscan(rest, &kib) // Without a number it stays 0.
	return kib << 10
}
