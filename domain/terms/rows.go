package terms

import "math/bits"

// rowSet is a set of rows by their index, which is also their order by name.
type rowSet [maxRows / 64]uint64

func (s *rowSet) add(idx []uint16) {
	for _, i := range idx {
		s[i>>6] |= 1 << (i & 63)
	}
}

// names lists the rows, sorted, in one allocation.
func (s *rowSet) names(rows []string) []string {
	n := 0
	for _, w := range s {
		n += bits.OnesCount64(w)
	}
	out := make([]string, 0, n)
	for i, w := range s {
		for w != 0 {
			out = append(out, rows[i<<6+bits.TrailingZeros64(w)])
			w &= w - 1
		}
	}
	return out
}
