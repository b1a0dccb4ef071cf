"""The camera of the till page: a film of a card is read by the reader that we bring along."""

import segno
from PIL import Image

from browser.site import CHROMIUM, watched
from browser.till import new_customer, new_till, open_till

_WIDTH, _HEIGHT = 640, 480


def film_of(text, path):
    """A still film (Y4M) of a QR code on grey."""
    rows = segno.make(text, error="m").matrix
    side = 300 // len(rows)
    picture = Image.new("L", (_WIDTH, _HEIGHT), 200)
    white = Image.new("L", (side * (len(rows) + 8),) * 2, 255)
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            if dark:
                box = ((x + 4) * side, (y + 4) * side, (x + 5) * side, (y + 5) * side)
                white.paste(0, box)
    picture.paste(white, ((_WIDTH - white.width) // 2, (_HEIGHT - white.height) // 2))
    frame = b"FRAME\n" + picture.tobytes() + bytes([128]) * (_WIDTH * _HEIGHT // 2)
    head = f"YUV4MPEG2 W{_WIDTH} H{_HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode()
    path.write_bytes(head + frame * 10)
    return path


def test_a_card_held_before_the_camera_finds_its_member(chromium, site, tmp_path):
    customer = new_customer(site)
    film = film_of(customer.card, tmp_path / "card.y4m")
    browser = chromium.browser_type.launch(
        executable_path=CHROMIUM,
        args=[
            "--no-sandbox", "--disable-gpu", "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={film}",
        ],
    )  # fmt: skip
    try:
        with watched(browser, site, permissions=["camera"]) as window:
            page = open_till(window, new_till(site))
            page.locator("#camera-button").click()
            page.locator("#member .name").wait_for()
            assert page.locator("#member .name").inner_text() == "Мария С."
            assert page.locator("#camera-dialog").is_hidden()
            assert (
                page.evaluate("document.getElementById('camera').srcObject?.active ?? false")
                is False
            )
            assert window.complaints == []
    finally:
        browser.close()
