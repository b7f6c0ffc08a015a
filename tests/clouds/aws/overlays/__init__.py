"""Operations of the overlay, one module a subject. A new module is found by itself."""
