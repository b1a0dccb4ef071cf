// A large text is packed by the browser before it is sent: a page takes nine mebibytes, a gzip of
// receipts is a tenth of them. What is packed already goes as it is.
const form = document.getElementById("upload");
const input = form.querySelector("input[type=file]");
const button = form.querySelector(".button-primary");
const PACKED = [[0x1f, 0x8b], [0x50, 0x4b, 0x03, 0x04], [0x50, 0x41, 0x52, 0x31]];
const WORTH = 1 << 20;

async function isPacked(file) {
  const start = new Uint8Array(await file.slice(0, 4).arrayBuffer());
  return PACKED.some((mark) => mark.every((byte, place) => start[place] === byte));
}

async function packed(file) {
  const stream = file.stream().pipeThrough(new CompressionStream("gzip"));
  return new File([await new Response(stream).blob()], file.name);
}

async function send(event) {
  const file = input.files[0];
  if (!file) return;
  event.preventDefault();
  button.disabled = true;
  button.lastChild.textContent = form.dataset.working;
  let sent = file;
  if (file.size > WORTH && "CompressionStream" in window && !(await isPacked(file))) {
    sent = await packed(file);
  }
  if (sent.size > Number(form.dataset.most)) {
    input.setCustomValidity(form.dataset.tooLarge);
    button.disabled = false;
    button.lastChild.textContent = label;
    input.reportValidity();
    return;
  }
  if (sent !== file) {
    const files = new DataTransfer();
    files.items.add(sent);
    input.files = files.files;
  }
  form.submit();
}

const label = button.lastChild.textContent;
form.addEventListener("submit", send);
input.addEventListener("change", () => input.setCustomValidity(""));
