// Making and finding elements. Text always goes in as text, never as markup.

const SVG = "http://www.w3.org/2000/svg";

/** @typedef {Record<string, string | number | boolean | null | undefined>} Attributes */

/**
 * The element that the template has under this id. Raises TypeError when there is none, or one of another kind.
 * @template {Element} [E=HTMLElement]
 * @param {string} id
 * @param {new () => E} [kind] such as HTMLFormElement
 * @returns {E}
 */
export function byId(id, kind) {
  return checked(document.getElementById(id), `#${id}`, kind);
}

/**
 * The first element inside `root` that a selector finds; raises as `byId` does.
 * @template {Element} [E=HTMLElement]
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => E} [kind]
 * @returns {E}
 */
export function find(root, selector, kind) {
  return checked(root.querySelector(selector), selector, kind);
}

/**
 * All of them, those of another kind left out.
 * @template {Element} [E=HTMLElement]
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => E} [kind]
 * @returns {E[]}
 */
export function findAll(root, selector, kind) {
  return [...root.querySelectorAll(selector)].filter((node) => isA(node, kind));
}

/**
 * An input of a form, by its name. Raises TypeError when there is none.
 * @param {HTMLFormElement} form
 * @param {string} name
 */
export function inputOf(form, name) {
  const input = form.elements.namedItem(name);
  if (input instanceof HTMLInputElement) return input;
  throw new TypeError(`no input: ${name}`);
}

/**
 * A choice of a form, by its name; null when this form does not offer it.
 * @param {HTMLFormElement} form
 * @param {string} name
 */
export function selectOf(form, name) {
  const select = form.elements.namedItem(name);
  return select instanceof HTMLSelectElement ? select : null;
}

/**
 * An HTML element; `attributes` with the value false or null are left out, true becomes an empty attribute.
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Attributes} attributes
 * @param {...(Node | string)} children
 */
export function element(name, attributes = {}, ...children) {
  return withAttributes(document.createElement(name), attributes, children);
}

/**
 * The same in SVG.
 * @template {keyof SVGElementTagNameMap} Name
 * @param {Name} name
 * @param {Attributes} attributes
 * @param {...(Node | string)} children
 */
export function svg(name, attributes = {}, ...children) {
  return withAttributes(document.createElementNS(SVG, name), attributes, children);
}

/**
 * What the server wrote into `<script type="application/json" id=…>`, or `otherwise` when there is none; without
 * `otherwise` that raises TypeError. Its type is the caller's to name.
 * @template T
 * @param {string} id
 * @param {T} [otherwise]
 * @returns {T}
 */
export function pageData(id, otherwise) {
  const block = document.getElementById(id);
  if (block) return JSON.parse(block.textContent);
  if (otherwise === undefined) throw new TypeError(`not on this page: #${id}`);
  return otherwise;
}

/**
 * Sets the text only when it differs, so that a live region is not read out twice.
 * @param {Element} node
 * @param {string} text
 */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * Has a live region read out, the same sentence twice in a row included.
 * @param {Element} region
 * @param {string} sentence
 */
export function announce(region, sentence) {
  region.textContent = "";
  window.setTimeout(() => {
    region.textContent = sentence;
  }, 60); // a region that is emptied and filled in one go counts as unchanged
}

/**
 * A Font Awesome glyph that screen readers pass over.
 * @param {string} name
 */
export function icon(name) {
  return element("i", { class: `fa-solid fa-${name}`, "aria-hidden": "true" });
}

/**
 * @template {Element} [E=HTMLElement]
 * @param {Element | null} node
 * @param {string} name
 * @param {new () => E} [kind]
 * @returns {E}
 */
function checked(node, name, kind) {
  if (node && isA(node, kind)) return node;
  throw new TypeError(`not on this page: ${name}`);
}

/**
 * @template {Element} [E=HTMLElement]
 * @param {Element} node
 * @param {new () => E} [kind]
 * @returns {node is E}
 */
function isA(node, kind) {
  return node instanceof (kind ?? HTMLElement);
}

/**
 * @template {Element} E
 * @param {E} node
 * @param {Attributes} attributes
 * @param {(Node | string)[]} children
 */
function withAttributes(node, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    node.setAttribute(key, value === true ? "" : String(value));
  }
  node.append(...children);
  return node;
}
