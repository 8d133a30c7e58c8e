// Package metrics counts what the program does, for Prometheus. Labels have few values, all of our own choosing: nothing that
// people write, and no name of a customer, is in them.
package metrics

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics are all of the program's own figures.
type Metrics struct {
	registry *prometheus.Registry

	requests *prometheus.HistogramVec
	handled  *prometheus.HistogramVec
	calls    *prometheus.HistogramVec
	settled  *prometheus.CounterVec
	woken    prometheus.Counter
	failures *prometheus.CounterVec
	overdue  prometheus.Gauge
	offset   prometheus.Gauge
}

// fast are the bounds of histograms in seconds: platforms want an answer within three seconds.
var fast = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2, 3, 5, 10, 30}

// New makes the figures, all at nothing.
func New() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "firstcall_request_seconds", Buckets: fast,
			Help: "Time from a platform's request to our answer, by platform, kind of request and outcome. An outcome other than ok is worth a look in the log.",
		}, []string{"platform", "kind", "outcome"}),
		handled: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "firstcall_handle_seconds", Buckets: fast,
			Help: "Time from an event to the commit of what was decided, by platform, kind of event and outcome (ok, fault).",
		}, []string{"platform", "kind", "outcome"}),
		calls: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "firstcall_call_seconds", Buckets: fast,
			Help: "Time of our calls to a platform, by platform, method and outcome (ok, refused, gone, not known).",
		}, []string{"platform", "method", "outcome"}),
		settled: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "firstcall_settled_total",
			Help: "Messages whose sending came to an end or a pause, by platform, what (escalation, reminder, card) and state (sent, waiting, uncertain, dead, withdrawn). A dead escalation goes to the next person.",
		}, []string{"platform", "what", "state"}),
		woken: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "firstcall_woken_total",
			Help: "Incidents and drafts that the clock looked at.",
		}),
		failures: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "firstcall_job_failures_total",
			Help: "Runs of a job that failed and will be repeated, by job (wake, deliver, furnish).",
		}, []string{"job"}),
		overdue: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "firstcall_overdue_seconds",
			Help: "How long the longest due alarm or message has been waiting; 0 when nothing is due. More than 60 means that reminders and escalations are late.",
		}),
		offset: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "firstcall_clock_offset_seconds",
			Help: "The database's clock minus this machine's, as corrected for. More than 5, either way, is worth setting right.",
		}),
	}
	m.registry.MustRegister(m.requests, m.handled, m.calls, m.settled, m.woken, m.failures, m.overdue, m.offset,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Handler answers /metrics.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// Request counts requests of a platform.
func (m *Metrics) Request(platform string) func(kind, outcome string, took time.Duration) {
	return func(kind, outcome string, took time.Duration) {
		m.requests.WithLabelValues(platform, kind, outcome).Observe(took.Seconds())
	}
}

// Call counts our calls to a platform.
func (m *Metrics) Call(platform string) func(method, outcome string, took time.Duration) {
	return func(method, outcome string, took time.Duration) {
		m.calls.WithLabelValues(platform, method, outcome).Observe(took.Seconds())
	}
}

// Handled counts an event that was answered.
func (m *Metrics) Handled(platform, kind string, err error, took time.Duration) {
	outcome := "ok"
	if err != nil {
		outcome = "fault"
	}
	m.handled.WithLabelValues(platform, kind, outcome).Observe(took.Seconds())
}

// Settled counts a message.
func (m *Metrics) Settled(platform, what, state string) {
	m.settled.WithLabelValues(platform, what, state).Inc()
}

// Woken counts what the clock looked at.
func (m *Metrics) Woken(n int) { m.woken.Add(float64(n)) }

// Failed counts a job's failure.
func (m *Metrics) Failed(job string) { m.failures.WithLabelValues(job).Inc() }

// Overdue notes how long the longest due has waited.
func (m *Metrics) Overdue(d time.Duration) { m.overdue.Set(max(0, d.Seconds())) }

// Offset notes how far the database's clock is ahead.
func (m *Metrics) Offset(d time.Duration) { m.offset.Set(d.Seconds()) }
