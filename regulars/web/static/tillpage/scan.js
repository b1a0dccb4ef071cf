/* Scanners: one that types like a keyboard, wherever the focus is, and the camera. */
import { $, closeDialogs, openDialog } from "./dom.js";
import { t } from "./words.js";

const FAST_MS = 45; // between two signs of a scanner; nobody types like that
const SIGNS_MIN = 6;
const EVERY_MS = 150;
const FORMATS = ["qr_code", "ean_13", "code_128"];
let typed = "";
let last = 0;
let stream = null;

/** `found(text)` is called with whatever was scanned. */
export function startScanners(found) {
  document.addEventListener("keydown", (event) => listen(event, found), true);
  $("camera-button").addEventListener("click", () => openCamera(found));
  $("camera-dialog").addEventListener("close", closeCamera);
}

function listen(event, found) {
  const now = event.timeStamp;
  const isFast = now - last < FAST_MS;
  last = now;
  if (event.key === "Enter" && isFast && typed.length >= SIGNS_MIN) {
    const text = typed;
    typed = "";
    event.preventDefault();
    event.stopPropagation();
    takeOut(document.activeElement, text);
    found(text);
  } else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) {
    typed = isFast ? typed + event.key : event.key;
  } else if (event.key !== "Shift") typed = "";
}

/** The scanner has typed into whatever had the focus: take that out again. */
function takeOut(input, text) {
  if (input instanceof HTMLInputElement && input.value.endsWith(text)) {
    input.value = input.value.slice(0, -text.length);
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

async function openCamera(found) {
  const text = $("camera-text");
  openDialog("camera-dialog");
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } } });
  } catch {
    text.textContent = t("camera_denied");
    return;
  }
  const video = $("camera");
  video.srcObject = stream;
  await video.play();
  const detector = await reader();
  const look = async () => {
    if (!stream) return;
    const codes = video.readyState >= 2 ? await detector.detect(video).catch(() => []) : [];
    if (!stream) return;
    if (codes.length) {
      closeDialogs();
      found(codes[0].rawValue);
    } else setTimeout(look, EVERY_MS);
  };
  look();
}

function closeCamera() {
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = null;
  $("text").focus();
}

/** The browser's own reader where it has one for our codes, else the one that we bring along. */
async function reader() {
  const own = "BarcodeDetector" in window ? await window.BarcodeDetector.getSupportedFormats().catch(() => []) : [];
  if (FORMATS.every((format) => own.includes(format))) return new window.BarcodeDetector({ formats: FORMATS });
  const { BarcodeDetector, prepareZXingModule } = await import("../vendor/barcode_reader.js");
  const wasm = new URL("../vendor/zxing_reader.wasm", import.meta.url).href;
  prepareZXingModule({ overrides: { locateFile: (path, prefix) => (path.endsWith(".wasm") ? wasm : prefix + path) } });
  return new BarcodeDetector({ formats: FORMATS });
}
