# Everything else is `go test ./...` and `go run ./cmd/firstcall`.

.PHONY: cards
cards: ## Checks the golden cards with Microsoft's renderer and draws docs/pictures/teams-*.png; needs Node and Chromium.
	cd adapters/teams/pictures && npm install --no-package-lock --ignore-scripts && npm run cards
