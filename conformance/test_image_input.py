"""Image input: in data URLs and behind URLs, of each format.

Documentation page, "Supported input types". ``--image-url`` names an image that the target can reach.
"""

import pytest

from conformance.samples import conversations, image_input

pytestmark = pytest.mark.uses("image")


@pytest.mark.twin("plain")
@pytest.mark.requirement("image_input.data_url", "image_input.read")
def test_data_url(ask, model):
    """An image in a data URL is taken, and costs more input tokens than its question alone."""
    shown = ask(
        model, image_input.showing(conversations.QUESTION, image_input.picture("png")), about=["image_input.data_url"]
    )
    ask.compare(ask.twin("plain"), shown)


@pytest.mark.representative
@pytest.mark.twin("parts")
@pytest.mark.requirement("image_input.read")
def test_read(ask, model):
    """The request with the image costs more than the same parts without it: parts may cost more than a string."""
    shown = ask(
        model, image_input.showing(conversations.QUESTION, image_input.picture("jpeg")), about=["image_input.data_url"]
    )
    ask.compare(ask.twin("parts"), shown)


@pytest.mark.requirement("image_input.http_url")
def test_http_url(ask, model, image_url):
    """An image behind a URL is taken, in a stream."""
    ask(model, image_input.showing(image_input.DESCRIBE, image_url), stream=True)


@pytest.mark.representative
@pytest.mark.sample(image_input.IMAGE_FORMATS)
@pytest.mark.requirement("image_input.formats")
def test_format(ask, model, sample):
    """Each format is taken."""
    ask(model, image_input.showing(image_input.DESCRIBE, image_input.picture(sample.id)))


@pytest.mark.representative
@pytest.mark.sample(image_input.DETAILS)
@pytest.mark.requirement("image_input.detail")
def test_detail(ask, model, sample):
    """Each detail is taken."""
    part = {"type": "input_image", "image_url": image_input.picture("png"), "detail": sample.id}
    ask(model, image_input.showing(image_input.DESCRIBE, part))


@pytest.mark.representative
@pytest.mark.requirement("image_input.mixed")
def test_mixed(ask, model):
    """Several images are taken, between texts and without one before them."""
    images = image_input.picture("png"), image_input.picture("jpeg")
    ask(model, image_input.showing(images[0], "This is the first image.", images[1], "What is different here?"))


@pytest.mark.representative
@pytest.mark.sample(image_input.REFUSED_IMAGES)
@pytest.mark.twin("image")
@pytest.mark.requirement("image_input.{sample[requirement]}")
def test_refused(ask, model, sample):
    """An image that is none, or that nobody may fetch, is refused."""
    ask.refused(model, image_input.showing(image_input.DESCRIBE, sample["image"]))


@pytest.mark.representative
@pytest.mark.sample(image_input.OTHER_FORMATS)
@pytest.mark.requirement("image_input.other_formats")
def test_other_format(ask, model, sample):
    """What happens to another format is observed."""
    ask(model, image_input.showing(image_input.DESCRIBE, image_input.picture(sample.id)))
