"""FastAPI on uvicorn around ONNX Runtime: POST /raw, 32-bit floats in and out.

usage: fastapi_server.py PORT
"""

import os
import sys

import fastapi
import numpy
import uvicorn

import onnx_session

WIDTH = int(os.environ["NET_WIDTH"])
application = fastapi.FastAPI()
session = onnx_session.session()


@application.post("/raw")
async def raw(request: fastapi.Request):
    rows = numpy.frombuffer(await request.body(), "<f4").reshape(-1, WIDTH)
    scores = session.run(None, {"x": rows})[0]
    return fastapi.Response(scores.tobytes(), media_type="application/octet-stream")


if __name__ == "__main__":
    uvicorn.run(
        application, host="127.0.0.1", port=int(sys.argv[1]), loop="uvloop", http="httptools",
        access_log=False, log_level="warning")
