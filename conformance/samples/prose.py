"""A text that counts: so many words that an endpoint which passes it over counts too few tokens."""

from typing import Final

HUNDRED: Final = (
    "The old man at the end of the road has a small red boat and a dog that likes to run by the sea. "
    "Each day they go out when the sun is low and the wind is cold, and they come back with fish for the town. "
    "He knows the name of every bird and where it has its home, and he can tell from the color of the water if rain "
    "will come. At night they sit by the warm fire, and he reads to her from "
    "a book that he has had since he was a boy."
)
"""A hundred short words, each of which is a token to most models."""

WEATHER: Final = (
    "18 degrees, light rain. The rain began at six in the morning and will go on until noon, when the wind turns to "
    "the west and the sky clears from the sea. In the afternoon it is dry and mild, with some sun and some high cloud, "
    "and a light wind of ten to fifteen. The night is calm and cool, with mist in the low parts of the city and along "
    "the river, and nine degrees at dawn. On the next day the sun comes out early, and it is warm, with up to 22 "
    "degrees in the center and a little less at the edge of the city. No rain is in sight for the two days after that. "
    "On the day after the weather turns again: cloud comes in from the north, and by the evening there may be heavy "
    "rain, with a strong wind at first, which then dies down in the night. The air is good on all of these days, and "
    "the water in the river is at its usual height for this time of the year."
)
"""What a tool says of the weather, in more words than tools, call and question have tokens."""
