package terms

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Kind is a family of products; plans cover families or single products.
type Kind string

// The families.
const (
	KindAzure    Kind = "azure"
	KindSecurity Kind = "security" // the products of the security plan (SEC-02)
	KindM365     Kind = "m365"
	KindD365     Kind = "d365"
	KindFabric   Kind = "fabric"
	KindPower    Kind = "power"
	KindGitHub   Kind = "github"
	KindServer   Kind = "server"
	KindDesktop  Kind = "desktop"
	KindTools    Kind = "tools"
	KindOther    Kind = "other"
)

var knownKinds = []Kind{
	KindAzure, KindSecurity, KindM365, KindD365, KindFabric, KindPower, KindGitHub,
	KindServer, KindDesktop, KindTools, KindOther,
}

// Class marks technology that one plan leaves out whatever the product (PMCS-58).
type Class string

// The classes.
const (
	ClassIdentity       Class = "identity"
	ClassOnPremises     Class = "on_premises"
	ClassUserDevice     Class = "user_device"
	ClassClientSoftware Class = "client_software"
)

var knownClasses = []Class{ClassIdentity, ClassOnPremises, ClassUserDevice, ClassClientSoftware}

// Product is something an incident can be about.
type Product struct {
	Code    string // "azure/virtual-machines"
	Name    string // as people know it; a proper name, the same in every language
	Aliases []string
	Kind    Kind
	Online  bool // an online service with a support portal of its own (CR-06)
	Classes []Class
}

// UnknownProduct is the error for a product nobody has heard of.
type UnknownProduct struct {
	Asked   string
	Nearest []string // codes, best first
}

// Error names the nearest codes.
func (e *UnknownProduct) Error() string {
	if len(e.Nearest) == 0 {
		return fmt.Sprintf("unknown product %q", e.Asked)
	}
	return fmt.Sprintf("unknown product %q; nearest: %s", e.Asked, strings.Join(e.Nearest, ", "))
}

// maxNearest is how many codes an UnknownProduct names at most.
const maxNearest = 5

// Products lists the edition's products in its own order. The slice is fresh, the
// aliases in it are shared.
func (e *Edition) Products() []Product { return slices.Clone(e.products) }

// Product finds a product by its code or by any of its names, whatever the case
// of the letters. An unknown one is an [*UnknownProduct].
func (e *Edition) Product(code string) (Product, error) {
	if i, ok := e.productByName[code]; ok {
		return e.products[i], nil
	}
	if i, ok := e.productByName[fold(code)]; ok {
		return e.products[i], nil
	}
	return Product{}, &UnknownProduct{Asked: code, Nearest: e.nearest(code)}
}

// FindProducts lists the products whose code or names contain the text, best
// first: a whole name, then the start of a name, the start of a word in it, and
// any part. Several words must all be found. An empty text finds all.
func (e *Edition) FindProducts(part string) []Product {
	want := fold(part)
	if want == "" {
		return e.Products()
	}
	words := strings.Fields(want)
	type hit struct {
		product, score int
	}
	var hits []hit
	for i := range e.products {
		if best := matchScore(e.names[i], want, words); best > 0 {
			hits = append(hits, hit{i, best})
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Compare(b.score, a.score) })
	found := make([]Product, len(hits))
	for i, h := range hits {
		found[i] = e.products[h.product]
	}
	return found
}

func matchScore(names []string, want string, words []string) int {
	best := 0
	for _, name := range names {
		score := 0
		switch {
		case name == want:
			score = 5
		case strings.HasPrefix(name, want):
			score = 4
		case strings.Contains(" "+name, " "+want):
			score = 3
		case strings.Contains(name, want):
			score = 2
		case containsAll(name, words):
			score = 1
		}
		best = max(best, score)
	}
	return best
}

func containsAll(name string, words []string) bool {
	for _, w := range words {
		if !strings.Contains(name, w) {
			return false
		}
	}
	return len(words) > 0
}

// nearest lists the codes whose names are closest to what was typed.
func (e *Edition) nearest(asked string) []string {
	want := fold(asked)
	if want == "" || len(want) > 200 {
		return nil
	}
	type near struct {
		code string
		far  int
	}
	var all []near
	for i, p := range e.products {
		best := len(want) + 100
		for _, name := range e.names[i] {
			d := Distance(want, name)
			if strings.Contains(name, want) || strings.Contains(want, name) {
				d = min(d, 2)
			}
			best = min(best, d)
		}
		all = append(all, near{p.Code, best})
	}
	slices.SortStableFunc(all, func(a, b near) int { return cmp.Compare(a.far, b.far) })
	limit := max(3, len([]rune(want))/2)
	var codes []string
	for _, n := range all {
		if len(codes) == maxNearest || n.far > limit {
			break
		}
		codes = append(codes, n.code)
	}
	return codes
}

// fold makes names comparable: small letters, one space where there was any mix
// of spaces, slashes, dashes, ampersands and the like.
func fold(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		switch r {
		case ' ', '\t', '\n', '\r', '/', '-', '_', '.', ',', '&', '(', ')', ':', '\u00a0', '\u3000':
			return true
		}
		return false
	}), " ")
}

// Distance is the number of letters to insert, drop, change or swap (neighbours)
// to come from a to b.
func Distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	var rows [3][]int
	for i := range rows {
		rows[i] = make([]int, len(y)+1)
	}
	for j := range rows[1] {
		rows[1][j] = j
	}
	for i := 1; i <= len(x); i++ {
		before, last, next := rows[(i+2)%3], rows[i%3], rows[(i+1)%3]
		next[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			next[j] = min(last[j]+1, next[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				next[j] = min(next[j], before[j-2]+1)
			}
		}
	}
	return rows[(len(x)+1)%3][len(y)]
}
