package bot

import (
	"fmt"
	"sync"

	"example.com/firstcall/domain"
	"example.com/firstcall/domain/calendar"
)

// calendars keeps the business times already built; building one costs far
// more than using it. The zero value is ready.
type calendars struct {
	mu    sync.RWMutex
	built map[calendarKey]*calendar.Calendar
}

// calendarKey says everything that a calendar is built from, so that a changed
// agreement gets a new one.
type calendarKey struct{ zone, country, own string }

// maxCalendars bounds the memory; the few that are in use come back at once.
const maxCalendars = 4096

func (c *calendars) of(a *domain.Agreement, zone, country string) (*calendar.Calendar, error) {
	if zone == "" {
		zone = a.Zone
	}
	if country == "" {
		country = a.Country
	}
	k := calendarKey{zone: zone, country: country}
	if a.Hours != nil || len(a.Days) > 0 {
		k.own = fmt.Sprint(a.Hours, a.Days, a.CoveredUntil)
	}
	c.mu.RLock()
	cal := c.built[k]
	c.mu.RUnlock()
	if cal != nil {
		return cal, nil
	}
	cal, err := a.Calendar(zone, country)
	if err != nil {
		return nil, fmt.Errorf("business time of %s: %w", a.Name, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.built == nil || len(c.built) >= maxCalendars {
		c.built = map[calendarKey]*calendar.Calendar{}
	}
	c.built[k] = cal
	return cal, nil
}
