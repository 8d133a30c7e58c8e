// One picture: a message as a channel shows it, or a modal in a frame of ours.
import { createRoot } from "react-dom/client";
import { Message } from "slack-blocks-to-jsx";
import "slack-blocks-to-jsx/dist/style.css";

const { shown, kind, at, from, until } = window.picture;

// A modal scrolls; the picture shows it from one of its blocks to another.
const start = Math.max(0, shown.blocks.findIndex((b) => b.block_id === from));
const end = until ? shown.blocks.findIndex((b) => b.block_id === until) : -1;
const blocks = shown.blocks.slice(start, end < 0 ? undefined : end);

// The library shows verbatim texts as they are written; Slack reads their
// marks, and only leaves bare addresses and names alone.
function readable(v) {
  if (Array.isArray(v)) return v.map(readable);
  if (v === null || typeof v !== "object") return v;
  return Object.fromEntries(Object.entries(v).filter(([k]) => k !== "verbatim").map(([k, x]) => [k, readable(x)]));
}

function Blocks({ blocks }) {
  return <Message blocks={readable(blocks)} name="firstcall" logo="logo.svg" time={new Date(at)} showBlockKitDebug={false} withoutWrapper={kind !== "message"} />;
}

function Modal({ view }) {
  return (
    <div className="modal">
      <div className="bar"><b>{view.title.text}</b><span>×</span></div>
      <div className="body"><Blocks blocks={blocks} /></div>
      <div className="foot">
        {view.close && <button>{view.close.text}</button>}
        {view.submit && <button className="primary">{view.submit.text}</button>}
      </div>
    </div>
  );
}

// The library draws every text input large, and invites to press Enter in each.
setTimeout(() => {
  const inputs = blocks.filter((b) => b.element?.type === "plain_text_input");
  document.querySelectorAll("textarea").forEach((box, i) => {
    box.style.height = box.style.minHeight = inputs[i]?.element.multiline ? "64px" : "36px";
    box.style.resize = "none";
  });
  for (const e of document.querySelectorAll("*")) {
    if (e.children.length === 0 && /Please 'enter' to submit|^Write something$/.test(e.textContent)) e.remove();
    if (e.placeholder) e.placeholder = " ";
  }
}, 500);

createRoot(document.getElementById("page")).render(
  kind === "modal" ? <Modal view={shown} /> : <div className="channel"><Blocks blocks={blocks} /></div>,
);
