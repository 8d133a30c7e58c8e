package teams

import (
	"bytes"
	"flag"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"testing"
)

var drawIcons = flag.Bool("icons", false, "draw the app's icons anew")

// TestIconsAreAsDrawn draws the app's icons, a telephone receiver on a round
// dial, and compares them with the files; -icons writes them.
func TestIconsAreAsDrawn(t *testing.T) {
	blue := color.NRGBA{0x1f, 0x3a, 0x5f, 0xff}
	white := color.NRGBA{0xff, 0xff, 0xff, 0xff}
	clear := color.NRGBA{}
	for _, icon := range []struct {
		name         string
		size         int
		ground, line color.NRGBA
	}{{"color", 192, blue, white}, {"outline", 32, clear, white}} {
		img := receiver(icon.size, icon.ground, icon.line)
		var drawn bytes.Buffer
		if err := png.Encode(&drawn, img); err != nil {
			t.Fatal(err)
		}
		path := "manifest/" + icon.name + ".png"
		if *drawIcons {
			if err := os.WriteFile(path, drawn.Bytes(), 0o644); err != nil { //nolint:gosec // a picture that everybody may see
				t.Fatal(err)
			}
		}
		file, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		got, err := png.Decode(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		if got.Bounds() != img.Bounds() {
			t.Fatalf("%s is %v, want %v", path, got.Bounds(), img.Bounds())
		}
		for y := range icon.size {
			for x := range icon.size {
				if color.NRGBAModel.Convert(got.At(x, y)) != img.NRGBAAt(x, y) {
					t.Fatalf("%s differs at %d,%d from what is drawn", path, x, y)
				}
			}
		}
	}
}

// receiver draws a bow with two round ends, and two waves beside it.
func receiver(size int, ground, line color.NRGBA) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, size, size))
	const samples = 4
	for y := range size {
		for x := range size {
			hits := 0
			for sy := range samples {
				for sx := range samples {
					u := (float64(x) + (float64(sx)+0.5)/samples) / float64(size)
					v := (float64(y) + (float64(sy)+0.5)/samples) / float64(size)
					if inReceiver(u, v) {
						hits++
					}
				}
			}
			img.SetNRGBA(x, y, mixed(ground, line, float64(hits)/(samples*samples)))
		}
	}
	return img
}

func inReceiver(u, v float64) bool {
	ring := func(cx, cy, r, width, from, to float64) bool {
		d, a := math.Hypot(u-cx, v-cy), math.Atan2(v-cy, u-cx)*180/math.Pi
		return math.Abs(d-r) <= width/2 && a >= from && a <= to
	}
	disc := func(cx, cy, r float64) bool { return math.Hypot(u-cx, v-cy) <= r }
	return ring(0.72, 0.28, 0.44, 0.12, 90, 180) || disc(0.29, 0.27, 0.1) || disc(0.73, 0.71, 0.1) ||
		ring(0.5, 0.5, 0.18, 0.06, -90, 0) || ring(0.5, 0.5, 0.32, 0.06, -90, 0)
}

// mixed is so much of line over ground, without premultiplication.
func mixed(ground, line color.NRGBA, share float64) color.NRGBA {
	alpha := share*float64(line.A) + (1-share)*float64(ground.A)
	if alpha == 0 {
		return color.NRGBA{}
	}
	part := func(l, g uint8) uint8 {
		return uint8(math.Round((share*float64(l)*float64(line.A) + (1-share)*float64(g)*float64(ground.A)) / alpha))
	}
	return color.NRGBA{part(line.R, ground.R), part(line.G, ground.G), part(line.B, ground.B), uint8(math.Round(alpha))}
}
