"""Russian sentences about the operator's brand."""

SENTENCES = {
    "brand.colour_invalid": "Цвет — это шесть цифр от 0 до f, например #0b6650.",
    "brand.choice_invalid": "Выберите из списка.",
    "brand.logo_too_large": "Логотип слишком велик: не больше {limit} байт.",
    "picture.unreadable": "Это не похоже на картинку. Подойдут PNG, JPEG и WebP.",
    "picture.too_large": "Картинка слишком велика: не больше {limit_mb} МБ и {side_max} точек по стороне.",
}
