"""Fit a cell to measured data, with confidence intervals of the parameters.

``fit_request`` has the public function ``fit``, and what the command line calls. Data
and parameters: ``free_parameters``, ``observations``, ``measured_data``, ``fit_plan``.
Mathematics: ``objective``, ``curve_metrics``, ``finite_differences``, ``optimise``,
``uncertainty``, ``posterior``. Results: ``fit_run``, ``fit_result``, ``diagnostics``,
``fit_tables``. What to measure next: ``measure_next`` (the public function),
``knowledge``, ``candidates``, ``planned_sequence``, ``sensitivities``,
``experiment_design``, ``design_words``.
"""
