"""Image input: in data URLs and behind URLs, of each format.

Documentation page, "Supported input types". ``--image-url`` names an image that the target can reach.
"""

import pytest

from conformance import samples


@pytest.mark.requirement("image_input.data_url")
def test_data_url(ask, model):
    """An image in a data URL is taken."""
    ask(model, samples.showing(samples.DESCRIBE, samples.picture("png")))


@pytest.mark.requirement("image_input.http_url")
def test_http_url(ask, model, image_url):
    """An image behind a URL is taken, in a stream."""
    ask(model, samples.showing(samples.DESCRIBE, image_url), stream=True)


@pytest.mark.representative
@pytest.mark.requests(2)
@pytest.mark.requirement("image_input.read")
def test_read(ask, model):
    """The request with the image takes more input tokens than the one without it."""
    without = ask(model, samples.showing(samples.DESCRIBE), about=[])
    ask.compare(without, ask(model, samples.showing(samples.DESCRIBE, samples.picture("jpeg"))))


@pytest.mark.representative
@pytest.mark.sample(samples.IMAGE_FORMATS)
@pytest.mark.requirement("image_input.formats")
def test_format(ask, model, sample):
    """Each format is taken."""
    ask(model, samples.showing(samples.DESCRIBE, samples.picture(sample.id)))


@pytest.mark.representative
@pytest.mark.sample(samples.DETAILS)
@pytest.mark.requirement("image_input.detail")
def test_detail(ask, model, sample):
    """Each detail is taken."""
    part = {"type": "input_image", "image_url": samples.picture("png"), "detail": sample.id}
    ask(model, samples.showing(samples.DESCRIBE, part))


@pytest.mark.representative
@pytest.mark.requirement("image_input.mixed")
def test_mixed(ask, model):
    """Several images are taken, between texts and without one before them."""
    images = samples.picture("png"), samples.picture("jpeg")
    ask(model, samples.showing(images[0], "This is the first image.", images[1], "What is different here?"))


@pytest.mark.representative
@pytest.mark.sample(samples.REFUSED_IMAGES)
@pytest.mark.requirement("image_input.{sample[requirement]}")
def test_refused(ask, model, sample):
    """An image that is none, or that nobody may fetch, is refused."""
    ask.refused(model, samples.showing(samples.DESCRIBE, sample["image"]))


@pytest.mark.representative
@pytest.mark.sample(samples.OTHER_FORMATS)
@pytest.mark.requirement("image_input.other_formats")
def test_other_format(ask, model, sample):
    """What happens to another format is observed."""
    ask(model, samples.showing(samples.DESCRIBE, samples.picture(sample.id)))
