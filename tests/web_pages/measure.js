// Measures each framed page: does it fit its width, are its styles on, is every text readable?
function luminance([r, g, b]) {
  const [x, y, z] = [r, g, b].map((v) => {
    v /= 255;
    return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * x + 0.7152 * y + 0.0722 * z;
}

function contrast(a, b) {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

function colour(text) {
  const parts = text.match(/[\d.]+/g).map(Number);
  return parts.length === 4 && parts[3] === 0 ? null : parts.slice(0, 3);
}

function ground(element, view) {
  for (let at = element; at; at = at.parentElement) {
    const found = colour(view.getComputedStyle(at).backgroundColor);
    if (found) return found;
  }
  return [255, 255, 255];
}

function measure(frame) {
  const view = frame.contentWindow;
  const page = view.document;
  for (const details of page.querySelectorAll("details")) details.open = true;
  const root = page.documentElement;
  let least = 21;
  let worst = "";
  let smallest = 99;
  const walker = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || element.closest("svg, style")) continue;
    const style = view.getComputedStyle(element);
    const found = contrast(colour(style.color), ground(element, view));
    if (found < least) [least, worst] = [found, walker.currentNode.data.trim()];
  }
  for (const link of page.querySelectorAll("a:not(.skip), summary")) {
    smallest = Math.min(smallest, link.getBoundingClientRect().height);
  }
  const outside = [...page.querySelectorAll("main *")].filter((element) => {
    const box = element.getBoundingClientRect();
    return box.right > root.clientWidth + 1 && !element.closest(".scroll");
  });
  const bars = page.querySelectorAll("rect.of-members");
  const styled = bars.length ? colour(view.getComputedStyle(bars[0]).fill) : null;
  const card = page.querySelector(".card");
  const behind = card ? ground(card, view) : [0, 0, 0];
  const soft = page.querySelector("rect.of-others");
  return {
    name: frame.name,
    width: root.clientWidth,
    scrolled: root.scrollWidth,
    outside: outside.map((element) => element.outerHTML.slice(0, 80)),
    contrast: least,
    worst,
    bars: styled && contrast(styled, behind),
    others: soft && contrast(colour(view.getComputedStyle(soft).fill), behind),
    ground: colour(view.getComputedStyle(page.body).backgroundColor),
    target: smallest,
  };
}

addEventListener("load", () => {
  const found = [...document.querySelectorAll("iframe")].map(measure);
  document.body.innerHTML = "";
  const told = document.createElement("pre");
  told.textContent = JSON.stringify(found);
  document.body.append(told);
});
