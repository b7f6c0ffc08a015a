// Elements and text. Whatever a result says becomes a text node or a checked attribute, never markup.

const SVG = 'http://www.w3.org/2000/svg';
const SAFE_ADDRESS = /^(#|https:\/\/)/;

function furnish(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name === 'on') {
      for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    } else if (name.startsWith('on') || name === 'style') {
      throw new Error(`attribute ${name} is not allowed`);
    } else if (name === 'href' && !SAFE_ADDRESS.test(value)) {
      throw new Error('an address must be within the page or https');
    } else {
      element.setAttribute(name, value === true ? '' : String(value));
    }
  }
  append(element, children);
  return element;
}

function append(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === undefined || child === null || child === false || child === '') continue;
    element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

function make(tag, attributes, ...children) {
  return furnish(document.createElement(tag), attributes, children);
}

function draw(tag, attributes, ...children) {
  return furnish(document.createElementNS(SVG, tag), attributes, children);
}

function fill(element, ...children) {
  element.replaceChildren();
  append(element, children);
}

// An outside page, where the address is one that may be followed; else only its text.
function outside(address) {
  if (!/^https:\/\/[^\s]+$/.test(address)) return make('span', {}, address);
  return make('a', { href: address, rel: 'noopener noreferrer', target: '_blank' }, address);
}
