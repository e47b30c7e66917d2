"""Layouts of tables of samples: where the headings stand in what each program exports, and what they mean."""
