// Draws the pictures: golden files in, PNG out.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

const nine = Date.parse("2026-03-02T09:00:00Z"); // when the golden files' story plays
const read = (file) => JSON.parse(readFileSync(`../testdata/${file}.json`, "utf8"));
const sent = read("talks/life_to_the_end.en"); // all that Slack gets in one talk, in order
const card = (channel) => sent.find((c) => c.method === "chat.postMessage" && c.channel === channel);
const pictures = [
  { shown: card("C0CONTOSO"), name: "slack-customer-card", kind: "message", width: 760, height: 225 },
  { shown: card("C0ENGINEERS"), name: "slack-engineer-card", kind: "message", width: 760, height: 505 },
  { shown: read("manager_page.en"), name: "slack-manager-page", kind: "message", width: 760, height: 160, after: 31 },
  { shown: sent.filter((c) => c.method === "views.update" && c.view.blocks.some((b) => b.block_id === "severity")).at(-1).view, name: "slack-intake", kind: "modal", from: "impact", until: "owner", width: 600, height: 1130 },
  { shown: read("home_page.en"), name: "slack-home", kind: "home", width: 760, height: 245 },
];

mkdirSync("out", { recursive: true });
await build({ entryPoints: ["page.jsx"], bundle: true, outfile: "out/page.js", jsx: "automatic", minify: true, define: { "process.env.NODE_ENV": '"production"' }, logLevel: "error" });
writeFileSync("out/logo.svg", '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 36 36"><rect width="36" height="36" rx="6" fill="#1d4f91"/><text x="18" y="24" font-family="Lato,sans-serif" font-size="16" font-weight="700" fill="#fff" text-anchor="middle">fc</text></svg>');

const style = `
  * { font-family: Lato, "Noto Sans CJK SC", sans-serif !important; }
  body { margin: 0; background: #fff; font-family: Lato, "Noto Sans CJK SC", sans-serif; font-size: 15px; color: #1d1c1d; }
  .channel { padding: 12px 16px; }
  .modal { width: 520px; margin: 20px auto; border: 1px solid #ddd; border-radius: 8px; box-shadow: 0 4px 16px #0002; }
  .bar { display: flex; justify-content: space-between; padding: 18px 24px; font-size: 20px; border-bottom: 1px solid #ddd; }
  .body { padding: 12px 24px; }
  .foot { display: flex; justify-content: flex-end; gap: 12px; padding: 16px 24px; border-top: 1px solid #ddd; }
  .foot button { font: inherit; font-weight: 700; padding: 7px 14px; border-radius: 4px; border: 1px solid #bbb; background: #fff; }
  .foot .primary { background: #007a5a; border-color: #007a5a; color: #fff; }
`;
for (const p of pictures) {
  const at = nine + (p.after ?? 0) * 60_000;
  // The clock stands still in the story, so that "today" is that day.
  const clock = `{ const D = Date; Date = class extends D { constructor(...a) { a.length ? super(...a) : super(${at}); } static now() { return ${at}; } }; }`;
  writeFileSync(`out/${p.name}.html`, `<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="page.css"><style>${style}</style><div id="page"></div>
<script>${clock} window.picture = ${JSON.stringify({ ...p, at }).replaceAll("<", "\\u003c")};</script><script src="page.js"></script>`);
  execFileSync(process.env.CHROMIUM ?? "chromium", [
    "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", `--window-size=${p.width},${p.height}`, "--virtual-time-budget=4000",
    `--screenshot=../../../docs/pictures/${p.name}.png`, pathToFileURL(`out/${p.name}.html`).href,
  ], { stdio: "ignore", env: { ...process.env, TZ: "Europe/Berlin", LANG: "en_GB.UTF-8" } });
}
