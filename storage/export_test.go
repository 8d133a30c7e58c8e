package storage

import "slices"

// MigrateTo brings the schema to an earlier version.
var MigrateTo = migrateTo

// BuiltStatements are the statements that are put together at run time, in their forms: new incidents, all columns changed,
// one changed, none; with rings to withdraw and without.
func BuiltStatements() map[string]string {
	columns := func(names ...string) (some []*column) {
		for n := range incidentColumns {
			if len(names) == 0 || slices.Contains(names, incidentColumns[n].name) {
				some = append(some, &incidentColumns[n])
			}
		}
		return some
	}
	everything := writing{withdrawals: make([]withdrawal, 1)}
	for _, l := range []*list{&everything.rings.id, &everything.cards.id, &everything.journal.incident} {
		l.int(1)
	}
	told := writing{tells: true}
	rings := writing{}
	rings.rings.id.int(1)
	return map[string]string{
		"keep of rings":    rings.statement(nil),
		"keep of new":      everything.statement(&incidentWrite{kind: ofNew, write: columns(), clocks: allClocks, briefs: true}),
		"keep of all":      everything.statement(&incidentWrite{kind: ofAll, write: columns(), clocks: allClocks, briefs: true}),
		"keep of one":      everything.statement(&incidentWrite{kind: ofAll, write: columns("owner")}),
		"keep":             rings.statement(&incidentWrite{kind: ofClocks, clocks: 1 << 3}),
		"keep of a person": told.statement(&incidentWrite{kind: ofClocks}),
		"keep of none":     (&writing{}).statement(&incidentWrite{kind: ofClocks}),
		"incidentByNumber": selectIncidents(incidentByNumber),
		"incidentByID":     selectIncidents(incidentByID),
		"wholeIncidents":   selectIncidents(wholeIncidents),
		"dueIncidents":     dueIncidents,
		"mark":             mark,
		"foldRings":        foldRings,
		"unfinished":       selectIncidents(unfinished),
		"everyone":         selectIncidents(everyone),
		"allLive":          selectIncidents(allLive),
		"closedBetween":    selectIncidents(closedBetween),
	}
}
