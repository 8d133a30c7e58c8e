// Runs in the page: window.data has the cards to check, or the one to draw.
const md = window.markdownit();
AdaptiveCards.AdaptiveCard.onProcessMarkdown = (text, result) => {
  result.outputHtml = md.render(text);
  result.didProcess = true;
};

const look = (color, subtle) => ({ default: color, subtle });
const colors = { default: look("#242424", "#616161"), attention: look("#c4314b", "#c4314b") };
const host = new AdaptiveCards.HostConfig({
  fontFamily: "Lato, 'Noto Sans CJK SC', sans-serif",
  supportsInteractivity: true,
  fontSizes: { small: 12, default: 14, medium: 16, large: 18, extraLarge: 24 },
  fontWeights: { lighter: 400, default: 400, bolder: 700 },
  lineHeights: { small: 16, default: 20, medium: 22, large: 24, extraLarge: 32 },
  spacing: { small: 4, default: 8, medium: 12, large: 16, extraLarge: 24, padding: 16 },
  separator: { lineThickness: 1, lineColor: "#e0e0e0" },
  containerStyles: { default: { backgroundColor: "#ffffff", foregroundColors: colors }, emphasis: { backgroundColor: "#f5f5f5", foregroundColors: colors } },
  factSet: { title: { weight: "Bolder", wrap: true, maxWidth: 160 }, value: { wrap: true }, spacing: 16 },
  inputs: { label: { inputSpacing: "Small", requiredInputs: { weight: "Bolder", suffix: " *", suffixColor: "Attention" }, optionalInputs: { weight: "Bolder" } }, errorMessage: { color: "Attention" } },
  actions: { maxActions: 6, spacing: "Default", buttonSpacing: 8, actionsOrientation: "horizontal", actionAlignment: "left", showCard: { actionMode: "inline" } },
});

function parsed(json) {
  const context = new AdaptiveCards.SerializationContext(AdaptiveCards.Versions.v1_5);
  const card = new AdaptiveCards.AdaptiveCard();
  card.hostConfig = host;
  card.parse(json, context);
  const complaints = [];
  for (let i = 0; i < context.eventCount; i++) complaints.push(context.getEventAt(i).message);
  for (const failure of card.validateProperties().validationEvents) complaints.push(failure.message);
  return { card, complaints };
}

const flat = (s) => s.replace(/\u200b/g, "").replace(/\s+/g, " ").trim();

// check returns what is wrong with one golden file.
function check({ file, card: json, text }) {
  const { card, complaints } = parsed(json);
  const shown = card.render();
  for (const e of shown.querySelectorAll("a, img, strong, em, s, code, pre, ul, ol, blockquote, hr, h1, h2, h3, h4, h5, h6, table.md")) {
    complaints.push(`Markdown is read: ${e.outerHTML.slice(0, 200)}`);
  }
  if (shown.textContent.includes("{{DATE(") && !file.startsWith("hostile")) complaints.push("a moment is not worded");
  if (file.startsWith("hostile")) {
    const said = flat(text);
    const rows = [...shown.querySelectorAll(".ac-factset tr")].map((row) => [...row.querySelectorAll("td")].map((cell) => flat(cell.textContent)).filter((s) => s).join(": "));
    const blocks = [...shown.querySelectorAll(".ac-textBlock")].filter((e) => !e.closest(".ac-factset")).map((e) => flat(e.textContent));
    for (const piece of [...rows, ...blocks]) {
      if (!said.includes(piece)) complaints.push(`shown, but not what was written: ${piece}`);
    }
    if (rows.length < 5 || blocks.length < 8) complaints.push(`only ${rows.length} facts and ${blocks.length} texts are shown`);
  }
  return complaints.map((c) => `${file}: ${c}`);
}

const at = document.getElementById("page");
if (window.data.check) {
  const found = document.createElement("pre");
  found.id = "found";
  try {
    found.textContent = window.data.check.flatMap(check).join("\n");
  } catch (e) {
    found.textContent = String(e.stack ?? e);
  }
  at.append(found);
} else {
  at.innerHTML = `<div class="message"><div class="face">fc</div><div><div class="from"><b>firstcall</b><span>${window.data.at}</span></div><div class="card"></div></div></div>`;
  at.querySelector(".card").append(parsed(window.data.card).card.render());
}
