"""`hub up`: the whole hub on one machine."""

from __future__ import annotations

from typing import Annotated

import typer

from hub.cli.text import t


def up(
    smoke: Annotated[
        bool,
        typer.Option("--smoke", help=t("首次升级后停止并退出", "stop and leave after the first raised tier")),
    ] = False,
    simulate: Annotated[
        bool, typer.Option("--simulate/--no-simulate", help=t("是否运行模拟城市", "run the simulated city"))
    ] = True,
    as_json: Annotated[
        bool, typer.Option("--json", help=t("每阶段输出一行 JSON", "one JSON object a phase"))
    ] = False,
) -> None:
    """Run broker, database, workers and console here, under one parent, until Ctrl-C."""
    from hub.settings import BadSetting, read_settings
    from hub.tools.up import Screen, UpError
    from hub.tools.up import up as run_all

    try:
        # Children speak the language this command was asked in.
        settings = read_settings().model_copy(update={"lang": t("zh", "en")})
        run_all(settings, Screen(t, as_json=as_json), smoke=smoke, simulate=simulate)
    except BadSetting as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    except UpError as error:
        for line in error.tail:
            typer.echo(f"  | {line}", err=True)
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
