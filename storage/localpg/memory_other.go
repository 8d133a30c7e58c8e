//go:build !linux

package localpg

// memoryFolders returns nothing: other systems have no folder in memory that is always there.
func memoryFolders() []string { return nil }
