package storage

import "slices"

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
	return map[string]string{
		"keep":              statement("", false),
		"keep of new":       statement(headText(true, columns(), keepParameters+1), false),
		"keep of all":       statement(headText(false, columns(), keepParameters+1), false),
		"keep of one":       statement(headText(false, columns("next_update_rang"), keepParameters+1), false),
		"keep of withdrawn": statement(headText(false, nil, keepParameters+1), true),
		"keep of none":      statement(headText(false, nil, keepParameters+1), false),
		"incidentByNumber":  selectIncidents(incidentByNumber),
		"incidentByID":      selectIncidents(incidentByID),
		"dueIncidents":      selectIncidents(dueIncidents),
		"unfinished":        selectIncidents(unfinished),
		"everyone":          selectIncidents(everyone),
		"allLive":           selectIncidents(allLive),
		"closedBetween":     selectIncidents(closedBetween),
	}
}
