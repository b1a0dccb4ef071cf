/* What the page knows at the moment, and who wants to hear when it changes. */
export const state = {
  key: null, // of the till, from this device
  till: null, // what the API told of it
  cashier: null, // { code, name }
  shift: null, // { id, opened_at }
  member: null, // as identified; offline: { offline: true, name: {card|phone} }
  agreedUntil: 0, // until when the member's word holds, in ms
  card: null, // a printed card that is nobody's yet
  online: navigator.onLine,
};

const bus = new EventTarget();

/** Tell everybody that `what` changed: member, sale, queue, online, receipts. */
export function tell(what, detail) {
  bus.dispatchEvent(new CustomEvent(what, { detail }));
}

export function hear(what, listener) {
  bus.addEventListener(what, (event) => listener(event.detail));
}
