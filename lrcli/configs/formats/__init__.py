"""The formats: one file each, found by its name. `lrcli/configs/base.py` says how one is written."""
