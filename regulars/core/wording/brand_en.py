"""English sentences about the operator's brand."""

SENTENCES = {
    "brand.colour_invalid": "A colour is six digits from 0 to f, such as #0b6650.",
    "brand.choice_invalid": "Choose one of the list.",
    "brand.logo_too_large": "The logo is too large: at most {limit} bytes.",
    "picture.unreadable": "This is not a picture that can be read. PNG, JPEG and WebP can.",
    "picture.too_large": "The picture is too large: at most {limit_mb} MB and {side_max} pixels a side.",
}
