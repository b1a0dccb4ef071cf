/* Passkeys: asks the server for a challenge, the device for an answer, and follows where it leads. */

const words = document.getElementById("passkey-words")?.dataset ?? {};

function toBytes(text) {
  const raw = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(raw, (one) => one.charCodeAt(0));
}

function toText(bytes) {
  const raw = String.fromCharCode(...new Uint8Array(bytes));
  return btoa(raw).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function withBytes(options) {
  const made = { ...options, challenge: toBytes(options.challenge) };
  if (options.user) made.user = { ...options.user, id: toBytes(options.user.id) };
  for (const list of ["excludeCredentials", "allowCredentials"]) {
    if (options[list]) made[list] = options[list].map((one) => ({ ...one, id: toBytes(one.id) }));
  }
  return made;
}

function plain(credential) {
  const response = { clientDataJSON: toText(credential.response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = toText(credential.response[name]);
  }
  return {
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    response,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

async function post(url, body) {
  const answer = await fetch(url, {
    method: "POST",
    headers: {
      "Accept": "application/json",
      "Content-Type": "application/json",
      "X-CSRFToken": document.querySelector("meta[name=csrf]").content,
    },
    body: body ? JSON.stringify(body) : undefined,
  });
  const told = await answer.json();
  if (answer.ok) return told;
  if (told.lead_to) location.assign(told.lead_to);
  throw new Error(told.detail);
}

function reason(failure) {
  if (failure.name === "NotAllowedError" || failure.name === "AbortError") return words.cancelled;
  if (failure.name === "InvalidStateError") return words.known;
  return failure instanceof DOMException ? words.failed : failure.message || words.failed;
}

async function use(button) {
  const says = button.closest("[data-passkey-box]").querySelector("[data-passkey-says]");
  button.disabled = true;
  says.textContent = words.busy;
  try {
    const publicKey = withBytes(await post(button.dataset.options));
    const credential = await navigator.credentials[button.dataset.passkey]({ publicKey });
    const { next } = await post(button.dataset.answer, plain(credential));
    location.assign(next);
  } catch (failure) {
    says.textContent = reason(failure);
    button.disabled = false;
  }
}

if (window.PublicKeyCredential) {
  for (const box of document.querySelectorAll("[data-passkey-box]")) {
    box.hidden = false;
    const button = box.querySelector("[data-passkey]");
    button.addEventListener("click", () => use(button));
  }
}
