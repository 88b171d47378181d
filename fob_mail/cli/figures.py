"""Where figures are told to Prometheus: an address of this process's own, for whoever keeps the machine."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from prometheus_client.registry import Collector


def address_and_port(ctx: click.Context, param: click.Parameter, value: str) -> str:
    """An option's value, such as `9465`, which is this machine's alone, or `10.0.0.2:9465`."""
    from fob_mail.settings.kinds import bind  # noqa: PLC0415 imported late, so that --help is quick

    try:
        return bind(f"127.0.0.1:{value}" if value.isascii() and value.isdigit() else value)
    except ValueError as error:
        raise click.BadParameter(str(error), ctx, param) from None


def tell_figures(at: str, remedy: str, *collectors: "Collector") -> None:
    """Answer Prometheus there, in a thread, this process's own figures among them; where it is not to be had, say so and go on."""
    from prometheus_client import CollectorRegistry, ProcessCollector, start_http_server  # noqa: PLC0415

    registry = CollectorRegistry()
    for collector in collectors:
        registry.register(collector)
    ProcessCollector(registry=registry)
    host, _, port = at.rpartition(":")
    try:
        start_http_server(int(port), host.strip("[]"), registry)
    except OSError as error:
        click.secho(f"No figures for Prometheus: {at} is not to be had ({error.strerror}). {remedy}", fg="yellow", err=True)
