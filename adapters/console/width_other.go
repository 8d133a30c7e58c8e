//go:build !linux && !darwin

package console

import "os"

// Width is how many columns the terminal at the file has; 0 where it can't be told.
func Width(*os.File) int { return 0 }
