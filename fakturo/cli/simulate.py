"""`fakturo simulate-ai`: a stand-in for an AI provider, with faults, for trying things out without a key."""

from typing import Annotated

import typer

from fakturo.ai.simulator.scenarios import SCENARIOS


def simulate_ai(
    scenario: Annotated[
        str,
        typer.Option(help="; ".join(f"{each.name}: {each.about}" for each in SCENARIOS.values())),
    ] = "calm",
    seed: Annotated[int, typer.Option(help="the same seed gives the same faults")] = 0,
    host: Annotated[str, typer.Option(help="address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="0: any free port", min=0, max=65535)] = 8089,
    rpm: Annotated[
        int | None, typer.Option(help="requests a minute; the scenario's own if left out", min=1)
    ] = None,
    tpm: Annotated[
        int | None, typer.Option(help="tokens a minute; the scenario's own if left out", min=1)
    ] = None,
    latency_ms: Annotated[
        tuple[float, float], typer.Option(help="10th and 90th percentile of the time to answer")
    ] = (120.0, 380.0),
    speed: Annotated[float, typer.Option(help="2: the same day in half the time", min=0.01)] = 1.0,
) -> None:
    """Run the bundled AI simulator until Ctrl-C. It is no model: it knows a few patterns of order texts."""
    from fakturo.ai.simulator.scenarios import find_scenario, sped_up
    from fakturo.ai.simulator.server import serve
    from fakturo.cli.terminal.screen import console

    chosen = sped_up(find_scenario(scenario, rpm=rpm, tpm=tpm, latency_ms=latency_ms), speed)

    def started(base_url: str) -> None:
        console.print(f"AI simulator ({chosen.name}, seed {seed}) at {base_url}; counts at /admin/stats")
        console.print(f"Use it: FAKTURO_AI_BASE_URL='{base_url}' fakturo issue")

    serve(chosen, seed=seed, host=host, port=port, on_start=started)
