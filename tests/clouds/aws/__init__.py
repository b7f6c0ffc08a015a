"""An AWS emulator: moto's server application, an overlay for what moto lacks, faults to order and a log of calls."""
