"""Uploads with the published fal_client, paints from the uploads, and talks on a socket with a token it fetches itself.

All its hosts are fal's own; HTTPS_PROXY leads them somewhere. Prints one JSON object a line. Input: a sketch, as base64.
"""

import asyncio
import base64
import json
import sys
import tempfile

import fal_client

APP = "fal-ai/lcm-sd15-i2i"
sketch = base64.b64decode(sys.stdin.read())


def say(name, url, result):
    print(json.dumps({"name": name, "url": url, "seed": result.get("seed")}), flush=True)


def paint(name, url):
    say(name, url, fal_client.run(APP, arguments={"prompt": "a cat", "image_url": url, "seed": 7}))


class Drawing:
    """What upload_image needs of a Pillow image."""

    def save(self, buffer, format):
        buffer.write(sketch)


paint("upload", fal_client.upload(sketch, "image/jpeg", file_name="my sketch.jpg"))
paint("upload_image", fal_client.upload_image(Drawing()))
paint("fallback", fal_client.upload(sketch, "image/jpeg", repository="fal"))
with tempfile.NamedTemporaryFile(suffix=".jpg") as file:
    file.write(sketch)
    file.flush()
    paint("upload_file", fal_client.upload_file(file.name))
    paint("upload_file_async", asyncio.run(fal_client.upload_file_async(file.name)))

url = fal_client.upload(sketch, "image/jpeg")
with fal_client.realtime(APP) as connection:
    connection.send({"prompt": "a cat", "image_url": url, "seed": 7})
    say("realtime", url, connection.recv())
