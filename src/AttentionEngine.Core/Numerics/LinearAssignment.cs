namespace AttentionEngine.Core.Numerics;

/// <summary>
/// The cheapest assignment of rows to columns: shortest augmenting paths with potentials (Jonker &amp; Volgenant, Computing 38, 1987),
/// O(rows² · columns). Deterministic; nothing is allocated after the constructor. Holds scratch: one instance per thread.
/// </summary>
public sealed class LinearAssignment
{
    private readonly double[] _rowPotential, _columnPotential, _distance;
    private readonly int[] _rowOf, _before;
    private readonly bool[] _done;

    /// <param name="mostRows">Rows that <see cref="Solve"/> can take.</param>
    /// <param name="mostColumns">Columns, at least as many.</param>
    public LinearAssignment(int mostRows, int mostColumns)
    {
        _rowPotential = new double[mostRows + 1];
        (_columnPotential, _distance, _rowOf, _before, _done) = (new double[mostColumns + 1], new double[mostColumns + 1], new int[mostColumns + 1], new int[mostColumns + 1], new bool[mostColumns + 1]);
    }

    /// <param name="cost">[rows × columns] row-major, finite.</param>
    /// <param name="rows">At most <paramref name="columns"/>.</param>
    /// <param name="columnOf">[rows] the column of each row.</param>
    public void Solve(ReadOnlySpan<double> cost, int rows, int columns, Span<int> columnOf)
    {
        if (rows > columns || rows >= _rowPotential.Length || columns >= _columnPotential.Length || cost.Length < rows * columns || columnOf.Length < rows)
            throw new ArgumentException($"An assignment of {rows} rows to {columns} columns; expected no more rows than columns, at most {_rowPotential.Length - 1} and {_columnPotential.Length - 1}, and arrays of that size.");
        // Row and column 0 are the start of every path; the others count from 1.
        _rowPotential.AsSpan(0, rows + 1).Clear();
        _columnPotential.AsSpan(0, columns + 1).Clear();
        _rowOf.AsSpan(0, columns + 1).Clear();
        for (int row = 1; row <= rows; row++) Augment(cost, row, columns);
        for (int c = 1; c <= columns; c++) if (_rowOf[c] > 0) columnOf[_rowOf[c] - 1] = c - 1;
    }

    private void Augment(ReadOnlySpan<double> cost, int row, int columns)
    {
        _rowOf[0] = row;
        _distance.AsSpan(0, columns + 1).Fill(double.PositiveInfinity);
        _done.AsSpan(0, columns + 1).Clear();
        int column = 0;
        do
        {
            _done[column] = true;
            int from = _rowOf[column], next = 0;
            double least = double.PositiveInfinity;
            for (int c = 1; c <= columns; c++)
            {
                if (_done[c]) continue;
                double reduced = cost[(from - 1) * columns + c - 1] - _rowPotential[from] - _columnPotential[c];
                if (reduced < _distance[c]) (_distance[c], _before[c]) = (reduced, column);
                if (_distance[c] < least) (least, next) = (_distance[c], c);
            }
            if (next == 0) throw new ArgumentException("An assignment has a cost that is not finite.");
            for (int c = 0; c <= columns; c++)
            {
                if (_done[c]) { _rowPotential[_rowOf[c]] += least; _columnPotential[c] -= least; }
                else _distance[c] -= least;
            }
            column = next;
        }
        while (_rowOf[column] != 0);
        for (; column != 0; column = _before[column]) _rowOf[column] = _rowOf[_before[column]];
    }
}
