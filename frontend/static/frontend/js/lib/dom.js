// Making and finding elements. Text always goes in as text, never as markup.

const SVG = "http://www.w3.org/2000/svg";

export function byId(id) {
  return document.getElementById(id);
}

/** An HTML element; `attributes` with the value false or null are left out, true becomes an empty attribute. */
export function element(name, attributes = {}, ...children) {
  return dressed(document.createElement(name), attributes, children);
}

/** The same in SVG. */
export function svg(name, attributes = {}, ...children) {
  return dressed(document.createElementNS(SVG, name), attributes, children);
}

/** What the server wrote into `<script type="application/json" id=…>`, or `otherwise` when there is none. */
export function pageData(id, otherwise = null) {
  const block = byId(id);
  return block ? JSON.parse(block.textContent) : otherwise;
}

/** Sets the text only when it differs, so that a live region is not read out twice. */
export function setText(node, text) {
  if (node && node.textContent !== text) node.textContent = text;
}

/** Says something through a live region, the same sentence twice in a row included. */
export function announce(region, sentence) {
  region.textContent = "";
  window.setTimeout(() => {
    region.textContent = sentence;
  }, 60); // a region that is emptied and filled in one go counts as unchanged
}

/** A Font Awesome glyph that screen readers pass over. */
export function icon(name) {
  return element("i", { class: `fa-solid fa-${name}`, "aria-hidden": "true" });
}

function dressed(node, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    node.setAttribute(key, value === true ? "" : String(value));
  }
  node.append(...children);
  return node;
}
