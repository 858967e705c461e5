"""The course as a site without a server: pages of the notebooks, a model alive in the page."""
