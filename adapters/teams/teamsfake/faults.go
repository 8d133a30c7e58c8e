package teamsfake

import (
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"time"
)

// Fault is something that goes wrong with a call.
type Fault struct {
	Status     int    // answered in place of the real answer
	Code       string // in the error's body
	RetryAfter string // the header; "" leaves it out
	Raw        string // the whole body, instead of an error's
	Reset      bool   // the connection breaks and nothing is answered
	Accept     bool   // the call is carried out all the same, before the fault
	// Hold lets the call wait until it is closed, or the caller has gone.
	Hold <-chan struct{}
	// Delay lets the call wait by the real clock.
	Delay time.Duration
	// In limits the fault to one conversation, with its threads; nil: any.
	In *Conversation
}

// injected is a fault waiting for its call.
type injected struct {
	op    Op
	nth   int // counts down; 0: every call
	fault Fault
}

// Inject makes the nth call of a kind from now on go wrong (1 is the next);
// 0 makes all of them go wrong until the returned function is called.
func (f *Fake) Inject(op Op, nth int, fault Fault) (stop func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	i := &injected{op: op, nth: nth, fault: fault}
	f.faults = append(f.faults, i)
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.faults = slices.DeleteFunc(f.faults, func(x *injected) bool { return x == i })
	}
}

// PendingFaults counts the faults that no call has met yet; those for every
// call don't count.
func (f *Fake) PendingFaults() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for _, i := range f.faults {
		if i.nth > 0 {
			n++
		}
	}
	return n
}

// due takes the fault for this call, if there is one.
func (f *Fake) due(op Op, conversation string) *Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	var found *Fault
	for _, i := range slices.Clone(f.faults) {
		if i.op != op || i.fault.In != nil && !i.fault.In.holds(conversation) {
			continue
		}
		switch {
		case i.nth == 0:
		case i.nth > 1:
			i.nth--
			continue
		default:
			if found != nil {
				continue // this call has one; the other waits for the next
			}
			f.faults = slices.DeleteFunc(f.faults, func(x *injected) bool { return x == i })
		}
		if found == nil {
			found = &i.fault
		}
	}
	if found != nil {
		f.wake()
	}
	return found
}

// holds says whether an id is this conversation, or a thread of it.
func (c *Conversation) holds(id string) bool {
	return id == c.ID() || c.root == "" && len(id) > len(c.ID()) && id[:len(c.ID())+1] == c.ID()+";"
}

// faulty lets a due fault happen; do carries the call out, nil if there is
// nothing to do. It says whether the call has been answered, or cut.
func (f *Fake) faulty(w http.ResponseWriter, r *http.Request, op Op, conversation string, do func(http.ResponseWriter)) bool {
	fault := f.due(op, conversation)
	if fault == nil {
		return false
	}
	if fault.Accept && do != nil && (fault.Reset || fault.Status != 0) {
		do(httptest.NewRecorder())
	}
	if fault.Hold != nil {
		select {
		case <-fault.Hold:
		case <-r.Context().Done():
		}
	}
	if fault.Delay > 0 {
		pause(r.Context(), fault.Delay)
	}
	switch {
	case fault.Reset:
		cut(w)
		return true
	case fault.Status == 0 && fault.Raw == "":
		return false // it was only slow
	}
	if fault.RetryAfter != "" {
		w.Header().Set("Retry-After", fault.RetryAfter)
	}
	status := fault.Status
	if status == 0 {
		status = http.StatusOK
	}
	if fault.Raw != "" {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(fault.Raw))
		return true
	}
	if op == OpToken {
		answer(w, status, map[string]any{"error": fault.Code, "error_description": "AADSTS: injected"})
		return true
	}
	refuse(w, status, fault.Code, "injected")
	return true
}

// cut breaks the connection with a reset.
func cut(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // breaks it too, only less rudely
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

// Throttled is 429; retryAfter may be empty, for Teams sometimes leaves it out.
func Throttled(retryAfter string) Fault {
	return Fault{Status: http.StatusTooManyRequests, Code: "Throttled", RetryAfter: retryAfter}
}

// NotInRoster is what a bot gets that isn't installed there.
func NotInRoster() Fault {
	return Fault{Status: http.StatusForbidden, Code: "BotNotInConversationRoster"}
}

// WritesBlocked is what a bot gets that a person has blocked, or removed.
func WritesBlocked() Fault { return Fault{Status: http.StatusForbidden, Code: "MessageWritesBlocked"} }

// BlockedByUser is the same by its other name.
func BlockedByUser() Fault {
	return Fault{Status: http.StatusForbidden, Code: "ConversationBlockedByUser"}
}

// DisabledByAdmin is what a bot gets that the tenant has switched off.
func DisabledByAdmin() Fault { return Fault{Status: http.StatusForbidden, Code: "BotDisabledByAdmin"} }

// NoConversation is 404 ConversationNotFound.
func NoConversation() Fault { return Fault{Status: http.StatusNotFound, Code: "ConversationNotFound"} }

// Concurrent is 412, for two writes to one conversation at once.
func Concurrent() Fault {
	return Fault{Status: http.StatusPreconditionFailed, Code: "PreconditionFailed"}
}

// TooBig is 413.
func TooBig() Fault {
	return Fault{Status: http.StatusRequestEntityTooLarge, Code: "MessageSizeTooBig"}
}

// Unauthorized is 401, as the connector says it.
func Unauthorized() Fault { return Fault{Status: http.StatusUnauthorized, Code: "BotNotRegistered"} }

// Broken is a 5xx without more.
func Broken(status int) Fault { return Fault{Status: status, Code: "ServiceError"} }

// ResetBefore breaks the connection; the call was not carried out.
func ResetBefore() Fault { return Fault{Reset: true} }

// ResetAfter carries the call out and breaks the connection.
func ResetAfter() Fault { return Fault{Reset: true, Accept: true} }

// Slow waits until hold is closed, and then answers as ever.
func Slow(hold <-chan struct{}) Fault { return Fault{Hold: hold} }

// BadSecret is the token endpoint's answer to a wrong secret.
func BadSecret() Fault { return Fault{Status: http.StatusUnauthorized, Code: "invalid_client"} }

// Garbage is a page where JSON was expected.
func Garbage() Fault { return Fault{Status: http.StatusOK, Raw: "<html>sign in</html>"} }
