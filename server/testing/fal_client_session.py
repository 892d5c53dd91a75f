"""Drives the published fal_client against a server and prints what came back, one JSON object a line.

Where the server is: FAL_RUN_HOST and FAL_QUEUE_RUN_HOST, which fal_client reads itself. Argument: a sketch as a data URI.
"""

import asyncio
import json
import os
import sys

import fal_client

APP = "fal-ai/lcm-sd15-i2i"
sketch = sys.stdin.read()
arguments = {"prompt": "a cat", "image_url": sketch, "num_inference_steps": 2, "seed": 7, "sync_mode": True}


def say(name, result):
    images = result.get("images") or [{}]
    first = images[0]
    print(json.dumps({
        "name": name,
        "seed": result.get("seed"),
        "images": len(images),
        "url": (first.get("url") or "")[:22],
        "bytes": len(first.get("content") or b""),
        "request_id": result.get("request_id"),
    }), flush=True)


say("run", fal_client.run(APP, arguments=arguments))

updates = []
result = fal_client.subscribe(APP, arguments=arguments, with_logs=True, on_queue_update=lambda u: updates.append(type(u).__name__))
say("subscribe", result)
print(json.dumps({"name": "updates", "last": updates[-1]}), flush=True)

handle = fal_client.submit(APP, arguments=arguments)
for status in handle.iter_events(interval=0.05):
    last = type(status).__name__
print(json.dumps({"name": "events", "last": last}), flush=True)
say("result", handle.get())
say("stream", list(fal_client.stream(APP, arguments=arguments))[-1])

try:
    fal_client.run(APP, arguments={**arguments, "strength": "much"})
except Exception as error:
    print(json.dumps({"name": "error", "type": type(error).__name__, "message": str(error)}), flush=True)

with fal_client.realtime(APP, use_jwt=False) as connection:
    connection.send({**arguments, "request_id": "sync"})
    say("realtime", connection.recv())


async def main():
    async with fal_client.realtime_async(APP, use_jwt=False) as connection:
        await connection.send({**arguments, "request_id": "async"})
        say("realtime_async", await connection.recv())
    say("run_async", await fal_client.run_async(APP, arguments=arguments))


asyncio.run(main())
