package teams

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
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
	ip := to.Addr().Unmap().WithZone("") // no prefix contains an address with a zone
	inside := func(p netip.Prefix) bool { return p.Contains(ip) }
	if !ip.IsGlobalUnicast() || ip.IsPrivate() || slices.ContainsFunc(notPublic, inside) {
		return fmt.Errorf("%w: %s", errPrivate, ip)
	}
	return nil
}

// notPublic are the addresses that net/netip calls global and that lead inside
// all the same, or into a tunnel whose other end may be inside.
// https://www.iana.org/assignments/iana-ipv4-special-registry
var notPublic = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),        // this network
	netip.MustParsePrefix("100.64.0.0/10"),    // inside providers and clouds (RFC 6598)
	netip.MustParsePrefix("168.63.129.16/32"), // Azure's own services for a machine
	netip.MustParsePrefix("192.0.0.0/24"),     // protocols' own
	netip.MustParsePrefix("198.18.0.0/15"),    // measurements
	netip.MustParsePrefix("240.0.0.0/4"),      // reserved

	netip.MustParsePrefix("::/96"),          // an IPv4 address in the old writing
	netip.MustParsePrefix("64:ff9b::/96"),   // an IPv4 address behind NAT64
	netip.MustParsePrefix("64:ff9b:1::/48"), // the same, of the network's own
	netip.MustParsePrefix("2001::/32"),      // an IPv4 address through Teredo
	netip.MustParsePrefix("2002::/16"),      // an IPv4 address through 6to4
	netip.MustParsePrefix("fec0::/10"),      // of a site
}

// withoutRedirects is the same client, following none: a token is for the host
// that it was meant for.
func withoutRedirects(c *http.Client) *http.Client {
	copied := *c
	copied.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &copied
}
