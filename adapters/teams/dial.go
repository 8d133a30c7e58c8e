package teams

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"
)

// errPrivate is about a name that leads into a private network.
var errPrivate = errors.New("this address is not on the internet")

// newClient is the client that all calls are made with. It reaches no private
// address, whatever a name stands for, except the cloud's own origins (a
// stand-in's) and the proxy that the environment names.
func newClient(c Cloud) *http.Client {
	near := map[string]bool{}
	for _, origin := range c.Origins {
		near[hostPort(origin)] = true
	}
	if proxy, err := http.ProxyFromEnvironment(&http.Request{URL: &url.URL{Scheme: "https", Host: "login.microsoftonline.com"}}); err == nil && proxy != nil {
		near[hostPort(proxy.String())] = true
	}
	return &http.Client{
		Timeout: callTimeout,
		Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true,
			DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				d := net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}
				if !near[address] {
					d.Control = publicOnly
				}
				return d.DialContext(ctx, network, address)
			},
			TLSHandshakeTimeout: 5 * time.Second, ResponseHeaderTimeout: 12 * time.Second, IdleConnTimeout: 90 * time.Second,
			MaxIdleConns: 100, MaxIdleConnsPerHost: 50, MaxResponseHeaderBytes: 64 << 10,
		},
	}
}

// hostPort is where an origin's connections go.
func hostPort(origin string) string {
	u, err := url.Parse(origin)
	if err != nil {
		return ""
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return net.JoinHostPort(u.Hostname(), port)
}

// publicOnly refuses a connection by the address that a name was resolved to.
func publicOnly(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%w: %s", errPrivate, address)
	}
	ip := to.Addr().Unmap()
	if !ip.IsGlobalUnicast() || ip.IsPrivate() || carrier.Contains(ip) {
		return fmt.Errorf("%w: %s", errPrivate, ip)
	}
	return nil
}

// carrier are addresses that providers and clouds use inside (RFC 6598).
var carrier = netip.MustParsePrefix("100.64.0.0/10")

// withoutRedirects is the same client, following none: a token is for the host
// that it was meant for.
func withoutRedirects(c *http.Client) *http.Client {
	copied := *c
	copied.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &copied
}
