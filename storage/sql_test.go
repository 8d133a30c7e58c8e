package storage_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"example.com/firstcall/storage"
	"example.com/firstcall/storage/localpg"
)

// statements are all SQL constants of the package, by name, and those that it builds.
func statements(t *testing.T) map[string]string {
	t.Helper()
	files, err := fs.Glob(os.DirFS("."), "*.go")
	if err != nil {
		t.Fatal(err)
	}
	all := storage.BuiltStatements()
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || len(spec.Names) != len(spec.Values) {
				return true
			}
			for i, v := range spec.Values {
				lit, ok := v.(*ast.BasicLit)
				if !ok || lit.Kind != token.STRING {
					continue
				}
				text, err := strconv.Unquote(lit.Value)
				if err != nil {
					t.Fatal(err)
				}
				if regexp.MustCompile(`^\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b`).MatchString(text) {
					all[spec.Names[i].Name] = text
				}
			}
			return true
		})
	}
	return all
}

// acrossTenants are the statements that may see rows of more than one tenant, each under a role made for it, and those that
// only count the schema's or a tenant's own name.
var acrossTenants = map[string]string{
	"dueTenants": "firstcall_due", "nextWake": "firstcall_due",
	"dueDestinations": "firstcall_sender", "nextSend": "firstcall_sender", "waitingRings": "firstcall_sender",
	"waitingCards": "firstcall_sender", "reviveCards": "firstcall_sender", "mark": "firstcall_sender", "settle": "firstcall_sender", "claim": "firstcall_sender",
	"release": "firstcall_sender", "claimRoom": "firstcall_sender", "pauseRooms": "firstcall_sender", "nextRoom": "firstcall_sender", "foldRings": "firstcall_sender",
	"closedBetween": "firstcall_staff", "readInstallation": "firstcall_sender", "listInstallations": "firstcall_sender", "allLive": "firstcall_staff", "anyCardAt": "firstcall_staff",
}

// Every statement fits the migrated schema under the role that runs it, and keeps the rules that let the schema be spread
// over machines: no clock or chance of the database's, and a tenant wherever a tenant's rows are touched.
func TestStatements(t *testing.T) {
	t.Parallel()
	w := open(t)
	all := statements(t)
	if len(all) < 45 {
		t.Fatalf("only %d statements were found: the test has lost sight of them", len(all))
	}
	for _, name := range []string{"keep", "arrive", "mark", "settle", "foldRings", "allLive", "dueIncidents"} {
		if all[name] == "" {
			t.Errorf("statement %s was not found", name)
		}
	}
	db := w.raw(storage.App)
	db.SetMaxOpenConns(1)
	forbidden := regexp.MustCompile(`(?i)\b(now|random|clock_timestamp|statement_timestamp|transaction_timestamp|gen_random_uuid|nextval|pg_advisory\w*|(?:pg_)?notify)\s*\(|\bcurrent_(date|time|timestamp)\b|\blocaltime|\blisten\b`)
	tenants := regexp.MustCompile(`\b(` + strings.Join(tenantTables, "|") + `)\b`)
	parameter := regexp.MustCompile(`tenant_id = \$\d|k\.tenant_id|VALUES \(\$1|SELECT \$1`)
	for name, text := range all {
		role := acrossTenants[name]
		if role == "" {
			role = "none"
		}
		if _, err := db.Exec("SET ROLE " + role); err != nil {
			t.Fatal(err)
		}
		if _, err := db.Exec("PREPARE it AS " + text); err != nil {
			t.Errorf("%s can't be prepared as %s: %v", name, role, err)
		} else if _, err := db.Exec("DEALLOCATE it"); err != nil {
			t.Fatal(err)
		}
		said := strings.ReplaceAll(text, "pg_notify('firstcall', '')", "")           // a net, and nothing rests on it
		if found := forbidden.FindString(said); found != "" && name != "showClock" { // which corrects our own clock by it
			t.Errorf("%s asks the database for %q: give it as a parameter", name, found)
		}
		if _, ok := acrossTenants[name]; !ok && tenants.MatchString(text) && !parameter.MatchString(text) {
			t.Errorf("%s touches a tenant's rows without naming the tenant", name)
		}
	}
}

// The schema keeps them, too: the tenant first in every key, no sequence, trigger, enum or stored procedure.
func TestSchemaRules(t *testing.T) {
	t.Parallel()
	w := open(t)
	for what, query := range map[string]string{
		"sequences":  `SELECT count(*) FROM pg_class WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace AND relname NOT LIKE 'goose%'`,
		"triggers":   `SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal`,
		"enums":      `SELECT count(*) FROM pg_type WHERE typtype = 'e' AND typnamespace = 'public'::regnamespace`,
		"procedures": `SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace`,
		"exclusions": `SELECT count(*) FROM pg_constraint WHERE contype = 'x'`,
		"defaults that ask a clock or chance": `SELECT count(*) FROM pg_attrdef d JOIN pg_class c ON c.oid = adrelid
			WHERE c.relname NOT LIKE 'goose%' AND pg_get_expr(adbin, adrelid) ~ '\('`,
	} {
		if n := w.count(query); n != 0 {
			t.Errorf("%d %s", n, what)
		}
	}
	rows, err := w.raw(localpg.Superuser).Query(`
		SELECT c.relname, i.relname, a.attname, x.indisunique FROM pg_index x
		JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
		JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = x.indkey[0]
		WHERE c.relname = ANY (string_to_array($1, ' '))`, strings.Join(tenantTables, " "))
	w.must(err)
	defer rows.Close()
	across := map[string]bool{
		"clocks_wake": true, "rings_left": true, "cards_left": true, "cards_message": true,
		"rooms_left": true, "digests_at": true, "business_events_look": true, "incidents_closed": true,
	} // found across tenants by the special roles
	n := 0
	for rows.Next() {
		var table, index, first string
		var unique bool
		w.must(rows.Scan(&table, &index, &first, &unique))
		n++
		if first != "tenant_id" && (unique || !across[index]) {
			t.Errorf("index %s of %s begins with %s, want tenant_id", index, table, first)
		}
	}
	w.must(rows.Err())
	if n < len(tenantTables) {
		t.Errorf("only %d indexes were looked at", n)
	}
}
