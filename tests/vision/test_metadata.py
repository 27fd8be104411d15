"""Words and kinds of metadata in picture files are found, and bounded."""

from __future__ import annotations

import struct

import pytest
from PIL import ExifTags, Image

from app.vision import metadata
from app.vision.pixels import Picture, open_photo
from tests.vision import samples
from tests.vision.samples import encoded, quarters, with_segment

XMP = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="uuid:faf5bdd5-ba3d-11da-ad31-d33d75182f1b"
  xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"
  xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
  xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/" xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/"
  photoshop:City="Whitby" xmpMM:InstanceID="xmp.iid:abcdef" xmp:ModifyDate="2026-05-01T12:00:00+01:00" crs:CameraProfile="Adobe Standard">
 <dc:title><rdf:Alt><rdf:li xml:lang="x-default">Sports day</rdf:li></rdf:Alt></dc:title>
 <mwg-rs:Regions rdf:parseType="Resource"><mwg-rs:RegionList><rdf:Bag>
   <rdf:li><rdf:Description mwg-rs:Name="Amelia Hartley" mwg-rs:Type="Face"/></rdf:li></rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>
</rdf:Description></rdf:RDF></x:xmpmeta>"""


def texts(picture: Picture) -> dict[str, str]:
    return dict(picture.metadata)


def with_xmp(packet: str) -> bytes:
    return with_segment(encoded(quarters(), "jpeg"), 0xE1, b"http://ns.adobe.com/xap/1.0/\0" + packet.encode())


def full_exif() -> bytes:
    tags = Image.Exif()
    tags[0x010E] = "Amelia at the fair"
    tags[0x010F] = "Canon"
    tags[0x0110] = "EOS 90D"
    tags[0x013B] = "Mrs Okafor"
    tags[0x9C9B] = "Oak class".encode("utf-16-le") + b"\0\0"
    detail = tags.get_ifd(ExifTags.IFD.Exif)
    detail[0x9286] = b"UNICODE\0" + "Łukasz waves".encode("utf-16-le")
    detail[0x9003] = "2026:05:01 12:00:00"
    tags.get_ifd(ExifTags.IFD.GPSInfo)[1] = "N"
    return tags.tobytes()


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "heif"])
def test_exif_texts_and_kinds(kind: str) -> None:
    picture = open_photo(encoded(quarters(), kind, exif=full_exif()))

    assert texts(picture) == {
        "EXIF ImageDescription": "Amelia at the fair",
        "EXIF Artist": "Mrs Okafor",
        "EXIF XPTitle": "Oak class",
        "EXIF UserComment": "Łukasz waves",
    }
    assert set(picture.dropped) == {"author", "camera", "comment", "date", "exif", "position"}


def test_user_comments_in_every_code() -> None:
    for value, meant in {
        b"ASCII\0\0\0Amelia": "Amelia",
        b"\0\0\0\0\0\0\0\0Zo\xc3\xab": "Zoë",
        b"UNICODE\0" + "Amelia".encode("utf-16-be"): "Amelia",
        b"UNICODE\0" + "名前".encode("utf-16-be"): "名前",
        b"Zo\xeb without a code": "Zoë without a code",
    }.items():
        tags = Image.Exif()
        tags.get_ifd(ExifTags.IFD.Exif)[0x9286] = value
        assert texts(open_photo(encoded(quarters(), "jpeg", exif=tags.tobytes()))) == {"EXIF UserComment": meant}


def test_an_area_in_the_position_block() -> None:
    tags = Image.Exif()
    tags.get_ifd(ExifTags.IFD.GPSInfo)[0x1C] = b"ASCII\0\0\0Whitehouse Primary"

    picture = open_photo(encoded(quarters(), "jpeg", exif=tags.tobytes()))

    assert texts(picture) == {"EXIF GPSAreaInformation": "Whitehouse Primary"}
    assert "position" in picture.dropped


def test_xmp_names_faces_and_places() -> None:
    picture = open_photo(with_xmp(XMP))

    assert texts(picture) == {
        "XMP City": "Whitby",
        "XMP title": "Sports day",
        "XMP Name": "Amelia Hartley",
        "XMP Type": "Face",
    }
    assert set(picture.dropped) == {"position", "xmp"}


def test_xmp_that_is_no_xml_is_read_all_the_same() -> None:
    assert texts(open_photo(with_xmp("<a>Amelia <b>Hartley</a>"))) == {"XMP": "Hartley"}


def test_xmp_with_entities_is_not_expanded() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><x>&b;</x>'

    picture = open_photo(with_xmp(bomb))

    assert picture.metadata == ()
    assert picture.warnings == ("the XMP block holds declarations and is not read",)


@pytest.mark.parametrize(
    ("number", "text", "tag"),
    [(120, b"Amelia wins", "IPTC Caption"), (25, b"Zo\xeb", "IPTC Keywords"), (90, b"Whitby", "IPTC City")],
)
def test_iptc_records(number: int, text: bytes, tag: str) -> None:
    picture = open_photo(samples.iptc(number, text))

    assert texts(picture) == {tag: text.decode("cp1252")}
    assert ("position" in picture.dropped) == (number == 90)
    assert "iptc" in picture.dropped


def test_iptc_inside_a_png() -> None:
    record = b"\x1c\x02\x78\x00\x06Amelia"
    block = b"8BIM\x04\x04\0\0" + struct.pack(">I", len(record)) + record
    for profile in (block, record):
        data = samples.with_text(**{"Raw profile type iptc": f"\niptc\n{len(profile):8}\n{profile.hex()}\n"})
        assert texts(open_photo(data)) == {"IPTC Caption": "Amelia"}
    assert texts(open_photo(samples.with_text(**{"Raw profile type iptc": "\n\n\nnot hex"}))) == {}


def test_comments_of_jpeg_gif_and_png() -> None:
    assert texts(open_photo(encoded(quarters(), "jpeg", comment="Amelia"))) == {"Comment": "Amelia"}
    assert texts(open_photo(encoded(quarters(), "gif", comment=b"Amelia"))) == {"Comment": "Amelia"}
    png = open_photo(samples.with_text(Title="Amelia", Software="Paint 3"))
    assert texts(png)["PNG Title"] == "Amelia"
    assert "Paint 3" not in texts(png).values()
    assert png.dropped == ("comment",)


def test_text_after_the_pixels_of_a_png() -> None:
    data = encoded(quarters(), "png")
    late = data[:-12] + samples.chunk(b"tEXt", b"Comment\0Amelia") + data[-12:]

    assert texts(open_photo(late))["PNG Comment"] == "Amelia"


def test_long_texts_are_bounded_and_said_to_be() -> None:
    one = open_photo(samples.with_text(Comment="Amelia " * 1000))
    many = open_photo(samples.with_text(**{f"Note {number}": f"{number} " + "Amelia " * 280 for number in range(40)}))

    assert len(texts(one)["PNG Comment"]) == metadata.TEXT_MAX
    assert sum(map(len, texts(many).values())) <= metadata.TOTAL_MAX
    for picture in (one, many):
        assert picture.warnings == ("the file carries more text than is read",)


def test_thumbnails_videos_and_trailers() -> None:
    jfxx = with_segment(encoded(quarters(), "jpeg"), 0xE0, b"JFXX\0\x10" + encoded(quarters(), "jpeg"))
    plain = {kind: encoded(quarters(), kind) for kind in samples.FORMATS}

    assert open_photo(jfxx).dropped == ("thumbnail",)
    assert open_photo(encoded(quarters(400, 300), "heif", thumbnails=[256])).dropped == ("thumbnail",)
    assert open_photo(plain["jpeg"] + samples.FOREIGN["mp4"]).dropped == ("video",)
    assert open_photo(plain["heif"] + struct.pack(">I4s", 16, b"mpvd") + bytes(8)).dropped == ("video",)
    assert open_photo(plain["png"] + b"the part that was cropped away").dropped == ("trailer",)
    assert open_photo(plain["gif"] + b"more").dropped == ("trailer",)
    assert open_photo(plain["webp"] + b"more").dropped == ("trailer",)
    assert open_photo(plain["jpeg"] + b"\0\0\0\n").dropped == ()


def test_a_half_readable_exif_block_is_in_doubt_only_without_its_orientation() -> None:
    block = b"Exif\0\0MM\0*\0\0\0\x08"
    orientation, beyond = struct.pack(">HHIHH", 0x0112, 3, 1, 6, 0), struct.pack(">HHII", 0x010E, 2, 400, 9000)
    with_it = block + struct.pack(">H", 2) + orientation + beyond + bytes(4)
    without = block + struct.pack(">H", 1) + beyond + bytes(4)

    assert not open_photo(with_segment(encoded(quarters(), "jpeg"), 0xE1, with_it)).orientation_doubtful
    assert open_photo(with_segment(encoded(quarters(), "jpeg"), 0xE1, without)).orientation_doubtful
