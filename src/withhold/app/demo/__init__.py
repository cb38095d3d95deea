"""The main job, played on the lab in a real browser, and compared with what the lab did."""

from withhold.app.demo.run import run_demo

__all__ = ["run_demo"]
