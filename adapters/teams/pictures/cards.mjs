// Checks all golden cards with the official renderer, and draws some of them.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const goldens = "../testdata/cards";
const pictures = [
  { golden: "customer_card.en", name: "teams-customer-card", width: 720, height: 226 },
  { golden: "engineer_card.en", name: "teams-engineer-card", width: 720, height: 458 },
  { golden: "intake_4_severity.en", name: "teams-intake", width: 720, height: 778 },
  { golden: "manager_page.en", name: "teams-manager-page", width: 720, height: 198, at: "10:31" },
];

const renderer = readFileSync("node_modules/adaptivecards/dist/adaptivecards.min.js", "utf8");
const markdown = readFileSync("node_modules/markdown-it/dist/markdown-it.min.js", "utf8");
const common = readFileSync("page.js", "utf8");
const style = readFileSync("page.css", "utf8");
const inScript = (s) => s.replaceAll("</script", "<\\/script");

// page writes one page with cards and returns its address.
function page(name, data) {
  const scripts = [renderer, markdown, `window.data = ${JSON.stringify(data).replaceAll("<", "\\u003c")};`, common];
  writeFileSync(`out/${name}.html`, `<!doctype html><meta charset="utf-8"><style>${style}</style><div id="page"></div>` + scripts.map((s) => `<script>${inScript(s)}</script>`).join(""));
  return pathToFileURL(`out/${name}.html`).href;
}

function chromium(...args) {
  return execFileSync(process.env.CHROMIUM ?? "chromium", ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--virtual-time-budget=4000", ...args], {
    encoding: "utf8", maxBuffer: 1 << 26, stdio: ["ignore", "pipe", "ignore"], env: { ...process.env, TZ: "Europe/Berlin", LANG: "en_GB.UTF-8" },
  });
}

mkdirSync("out", { recursive: true });
mkdirSync("../../../docs/pictures", { recursive: true });
const cards = readdirSync(goldens).filter((f) => f.endsWith(".json")).map((file) => ({ file, ...JSON.parse(readFileSync(`${goldens}/${file}`, "utf8")) }));
const dom = chromium("--dump-dom", page("check", { check: cards }));
const found = /<pre id="found">([^<]*)<\/pre>/.exec(dom)?.[1];
if (found === undefined) throw new Error("the check didn't come to its end");
if (found !== "") {
  console.error(found.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&"));
  process.exit(1);
}
console.log(`${cards.length} cards: the official renderer has no complaint`);

for (const p of pictures) {
  const { card } = cards.find((c) => c.file === `${p.golden}.json`);
  chromium(`--window-size=${p.width},${p.height}`, `--screenshot=../../../docs/pictures/${p.name}.png`, page(p.name, { card, at: p.at ?? "10:00" }));
}
console.log(`${pictures.length} pictures in docs/pictures`);
