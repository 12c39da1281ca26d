"""Early imports: the server answers at once, and pages run after them."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread

from musicgen.ui.server.warm_up import AfterImports


def test_a_page_waits_for_the_imports_and_a_script_of_it_does_not() -> None:
    passed: list[str] = []

    async def app(scope, receive, send) -> None:
        passed.append(scope["type"])

    async def requests() -> None:
        imported = Event()
        imports = Thread(target=imported.wait)
        imports.start()
        server = AfterImports(app, imports)
        page = asyncio.create_task(server({"type": "websocket"}, None, None))
        await asyncio.sleep(0)  # the page waits now
        await server({"type": "http"}, None, None)
        assert passed == ["http"]
        imported.set()
        await page
        await server({"type": "websocket"}, None, None)

    with ThreadPoolExecutor() as pool:  # a test with a browser leaves an event loop in this thread
        pool.submit(asyncio.run, requests()).result()
    assert passed == ["http", "websocket", "websocket"]
