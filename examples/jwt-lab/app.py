"""The backend of the lab: a FastAPI application that knows nothing of tokens.

    uvicorn app:app --port 5000
"""
from fastapi import FastAPI, Request

app = FastAPI(title="JWT lab")


@app.get("/healthy")
def healthy(request: Request):
    """Says that it is well, and who the gateway says is asking."""
    return {"status": "healthy", "consumer": request.headers.get("x-consumer-username")}
