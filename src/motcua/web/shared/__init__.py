"""What the faces share: page frame, components, styles, scripts, formats, error pages."""
