package teams

import (
	"context"
	"sync"
)

// lanes let one writer at a time into each conversation, in this process: Teams
// answers 412 to the second of two. The zero value is ready.
type lanes struct {
	mu   sync.Mutex
	busy map[string]*lane
}

type lane struct {
	free  chan struct{}
	users int
}

// enter waits for the conversation, no longer than ctx.
func (l *lanes) enter(ctx context.Context, conversation string) (leave func(), err error) {
	place, _ := splitConversation(conversation)
	l.mu.Lock()
	if l.busy == nil {
		l.busy = map[string]*lane{}
	}
	at := l.busy[place]
	if at == nil {
		at = &lane{free: make(chan struct{}, 1)}
		l.busy[place] = at
	}
	at.users++
	l.mu.Unlock()
	done := func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if at.users--; at.users == 0 {
			delete(l.busy, place)
		}
	}
	select {
	case at.free <- struct{}{}:
		return func() { <-at.free; done() }, nil
	case <-ctx.Done():
		done()
		return nil, ctx.Err()
	}
}
