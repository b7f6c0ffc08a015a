"""What an identity can do and become: questions, decisions, reach and paths over all clouds."""
